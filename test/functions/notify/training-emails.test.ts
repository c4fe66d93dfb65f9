// Who ordered a training gets an email when it ends: once, if they may and want to, and until the link of the email stops it.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sendTrainingEmails } from "../../../functions/people/training-emails.ts";
import type { Account } from "../../../schema/contract/index.ts";
import { EMAILS_PER_HOUR_MAX } from "../../../schema/contract/limits.ts";
import { collectEmails, emailsTo } from "../auth/emails-sent.ts";
import { ask, type Machine, type Person, verify } from "../cast.ts";
import { deliverAdapter, giveUp, orderTraining, trainerAndRunner } from "../dispatch/trainings.ts";

const ADDRESS = "ada@example.com";
const SUBJECT = /trained$|^The training of/;

let ada: Person;
let machine: Machine;
let images: { upload_id: string }[];
let trained = 0;
beforeAll(async () => {
  collectEmails();
  [ada, machine, images] = await trainerAndRunner();
});
beforeEach(async () => {
  await verify("ada", true);
  await ada.must("PATCH", "/v1/account/profile", { training_emails: true });
  await env.DB.prepare("DELETE FROM verifications WHERE identifier LIKE 'emails:%'").run();
});
afterEach(() => run(later()));

const later = () => Date.now() + 60_000;
const run = (now: number, bindings: Partial<typeof env> = {}) =>
  sendTrainingEmails({ ...env, ...bindings }, drizzle(env.DB), now);
const sent = () => emailsTo(ADDRESS).filter(({ subject }) => SUBJECT.test(subject));

/** A training of Ada's that has just ended. */
async function ended(how: typeof deliverAdapter | typeof giveUp = deliverAdapter): Promise<string> {
  trained += 1;
  const { id } = await orderTraining(ada, `concept-${trained}`, images);
  const [lease] = await machine.lease();
  if (!lease) throw new Error("No lease");
  await how(machine, lease);
  return id;
}

describe("an email about a training", () => {
  it("is sent once, with a link to the training, whether it succeeded or failed", async () => {
    for (const how of [deliverAdapter, giveUp]) {
      const before = sent().length;
      const id = await ended(how);
      await Promise.all([run(later()), run(later())]);
      await run(later());
      const [email, ...more] = sent().slice(before);
      expect(more).toEqual([]);
      expect(email?.link?.href).toBe(`${env.PUBLIC_ORIGIN}/publish/?training=${id}`);
      expect(email?.subject.startsWith("The training of")).toBe(how === giveUp);
    }
  });

  it("is not sent without a verified address, after it was turned off, or when the notification was read", async () => {
    const before = sent().length;
    await verify("ada", false);
    await ended();
    await verify("ada", true);
    await ended();
    await verify("ada", false);
    await run(later());
    await verify("ada", true);
    await ended();
    await ada.must("PATCH", "/v1/account/profile", { training_emails: false });
    await run(later());
    await ended();
    await ada.must("PATCH", "/v1/account/profile", { training_emails: true });
    await run(later());
    await ended();
    await ada.must("POST", "/v1/account/notifications/read", { all: true });
    await run(later());
    expect(sent().length).toBe(before);
    await ended();
    await run(later());
    expect(sent().length).toBe(before + 1);
  });

  it("is not sent by a server without an address of its own, nor kept for later", async () => {
    const before = sent().length;
    await ended();
    await run(later(), { PUBLIC_ORIGIN: "" });
    await run(later());
    expect(sent().length).toBe(before);
  });

  it("does not use up the emails of the account itself, and is bounded an hour", async () => {
    const before = sent().length;
    for (let i = 0; i <= EMAILS_PER_HOUR_MAX; i++) await ended();
    await run(later());
    expect(sent().length).toBe(before + EMAILS_PER_HOUR_MAX);
    await verify("ada", false);
    const headers = { cookie: ada.cookie };
    expect((await ask("POST", "/v1/account/verification", { headers, body: {} })).status).toBe(202);
  });

  it("is tried again when the mail service fails, three times", async () => {
    const received = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const send = vi.fn().mockRejectedValue(new Error("not now"));
    await ended();
    for (let i = 1; i <= 5; i++) {
      await run(later() + i * 6 * 60_000, { MAIL: { send }, MAIL_FROM: "a@edge.test" });
    }
    received.mockRestore();
    expect(send).toHaveBeenCalledTimes(3);
  });
});

describe("the link that stops these emails", () => {
  const wants = async () => (await ada.must<Account>("GET", "/v1/account")).training_emails;

  it("works without a session, and for mail programs by one POST of a form", async () => {
    const send = vi.fn();
    await ended();
    await run(later(), { MAIL: { send }, MAIL_FROM: "a@edge.test", PUBLIC_ORIGIN: "https://edge.test" });
    const [{ headers, text }] = send.mock.calls[0] as [{ headers: Record<string, string>; text: string }];
    expect(headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
    const address = new URL(/^<(.*)>$/.exec(headers["List-Unsubscribe"] ?? "")?.[1] ?? "");
    const page = new URL(/https:\S+\/account\/emails\/\S+/.exec(text)?.[0] ?? "");
    expect(address.pathname).toBe(`/v1/training-emails/${page.searchParams.get("user")}/stop`);
    expect(page.searchParams.get("signature")).toBe(address.searchParams.get("signature"));

    const changed = new URLSearchParams(address.search);
    changed.set("expires", String(Number(changed.get("expires")) + 1));
    const refused = await ask("POST", `${address.pathname}?${changed}`);
    expect([refused.status, refused.body.code, await wants()]).toEqual([404, "not_found", true]);

    const body = "List-Unsubscribe=One-Click";
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const stopped = await ask("POST", address.pathname + address.search, { headers: form, body });
    expect([stopped.status, await wants()]).toEqual([204, false]);
  });
});
