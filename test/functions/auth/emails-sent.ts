// Reads the emails that a server without MAIL_FROM writes to its log.

import { vi } from "vitest";

export type Sent = { to: string; subject: string; text: string; link: URL | null };

const emails: Sent[] = [];

/** From here on every email is recorded. Call it once per file, before the first account is made. */
export function collectEmails(): void {
  emails.length = 0;
  vi.spyOn(console, "log").mockImplementation((line: unknown) => {
    const found = /^Email to (\S+)\nSubject: (.*)\n\n([\s\S]*)$/.exec(String(line));
    if (!found) return;
    const [, to = "", subject = "", text = ""] = found;
    const link = /^https?:\/\/\S+$/m.exec(text)?.[0];
    emails.push({ to, subject, text, link: link ? new URL(link) : null });
  });
}

export const emailsTo = (to: string) => emails.filter((email) => email.to === to);

/** The newest email to an address with this text in its subject. It is written after the answer, so it is waited for. */
export const emailTo = (to: string, subject: string) =>
  vi.waitFor(() => {
    const found = emailsTo(to).findLast((email) => email.subject.includes(subject));
    if (!found?.link) throw new Error(`No email "${subject}" to ${to}`);
    return { ...found, link: found.link };
  });

export const pathOf = (link: URL) => link.pathname + link.search;
