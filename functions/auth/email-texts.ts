// The texts of the emails. Plain text, one link to follow, and what to do if it was not you. Pure.

import { RESET_LINK_TTL_SECONDS, VERIFY_LINK_TTL_SECONDS } from "../../schema/contract/limits.ts";

export type EmailMessage = { to: string; subject: string; text: string; headers?: Record<string, string> };
type Person = { name: string; email: string };

const hours = (seconds: number) => (seconds === 3_600 ? "one hour" : `${seconds / 3_600} hours`);

const message = (to: string, subject: string, paragraphs: readonly string[]): EmailMessage => ({
  to,
  subject,
  text: `${[...paragraphs, "Orthoplex"].join("\n\n")}\n`,
});

export const verificationMessage = ({ name, email }: Person, link: string) =>
  message(email, "Confirm your email address", [
    `Hello ${name},`,
    "welcome to Orthoplex. Please confirm that this address is yours:",
    link,
    `The link works for ${hours(VERIFY_LINK_TTL_SECONDS)}. Until then your account works too; a confirmed address lets you reset a lost password and sign in with GitHub.`,
    "If you did not make an account, ignore this email: without the link nothing is confirmed.",
  ]);

export const resetMessage = ({ name, email }: Person, link: string) =>
  message(email, "Choose a new password", [
    `Hello ${name},`,
    "somebody asked for a new password for your account. If it was you, choose one here:",
    link,
    `The link works once, for ${hours(RESET_LINK_TTL_SECONDS)}. Every device is signed out when the password changes.`,
    "If it was not you, ignore this email: your password stays as it is.",
  ]);

export const changeMessage = ({ name }: Person, newEmail: string, link: string) =>
  message(newEmail, "Confirm your new email address", [
    `Hello ${name},`,
    "you want this to be the address of your Orthoplex account. Please confirm it:",
    link,
    `The link works once, for ${hours(RESET_LINK_TTL_SECONDS)}. Until then your old address stays.`,
    "If you did not ask for it, ignore this email: nothing changes.",
  ]);

export const changeNotice = ({ name, email }: Person, newEmail: string, account: string) =>
  message(email, "Your email address is about to change", [
    `Hello ${name},`,
    `somebody who is signed in to your account wants to change its address to ${newEmail}. It changes when that address is confirmed.`,
    "If it was you, there is nothing to do. If it was not, change your password now, which signs out everybody else:",
    account,
  ]);

export const passwordNotice = ({ name, email }: Person, reset: string) =>
  message(email, "Your password was changed", [
    `Hello ${name},`,
    "the password of your account was changed, and every other device was signed out.",
    "If it was not you, take the account back by choosing a new password:",
    reset,
  ]);

type TrainingEnd = {
  concept: string;
  succeeded: boolean;
  /** Of the page of the training. */
  page: string;
  /** Of the page that asks whether to stop these emails. */
  stopPage: string;
  /** Where a mail program stops them by one POST (RFC 8058); null where that is not https. */
  stopAddress: string | null;
};

export const trainingMessage = ({ name, email }: Person, end: TrainingEnd): EmailMessage => ({
  ...message(email, end.succeeded ? `${end.concept} is trained` : `The training of ${end.concept} failed`, [
    `Hello ${name},`,
    end.succeeded
      ? `your training of ${end.concept} has ended. Compare its samples with your pictures, then publish it or train it again:`
      : `your training of ${end.concept} has failed. Why, and what to do, stands here:`,
    end.page,
    `You get this email because you ordered the training. To get no more of these: ${end.stopPage}`,
  ]),
  ...(end.stopAddress && {
    headers: {
      "List-Unsubscribe": `<${end.stopAddress}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  }),
});
