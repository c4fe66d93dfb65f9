// Password attempts from many addresses: the limit is per account, and other ways to sign in stay open.

import { beforeAll, describe, expect, it } from "vitest";
import { PASSWORD_GUESSES_PER_MINUTE_MAX } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, type Person, person } from "../cast.ts";
import { collectEmails } from "./emails-sent.ts";

const MINUTE_MS = 60_000;
/** Longer than these tests take on a busy machine. */
const TESTS_MS = 25_000;

let gus: Person;
beforeAll(async () => {
  collectEmails();
  gus = await person("Gus");
  await person("Ida");
});

const signIn = (email: string, password: string, address: string) =>
  ask<{ message?: string }>("POST", "/auth/sign-in/email", {
    body: { email, password },
    headers: { "cf-connecting-ip": address },
  });

describe("a password", () => {
  beforeAll(async () => {
    // The limit counts by minutes of the clock: all that follows has to lie within one.
    const left = MINUTE_MS - (Date.now() % MINUTE_MS);
    if (left < TESTS_MS) await new Promise((done) => setTimeout(done, left));
  });

  it("is attempted a limited number of times a minute from all addresses; other accounts are not affected", async () => {
    const statuses: number[] = [];
    for (let i = 0; i <= PASSWORD_GUESSES_PER_MINUTE_MAX; i++) {
      statuses.push((await signIn("Gus@example.com", `wrong horse ${i}`, `203.0.113.${i}`)).status);
    }
    expect(statuses).toEqual([...Array(PASSWORD_GUESSES_PER_MINUTE_MAX).fill(401), 429]);
    const right = await signIn("gus@example.com", "correct horse", "203.0.113.99");
    expect([right.status, right.body.message]).toEqual([429, expect.stringContaining("Wait a minute")]);
    expect((await signIn("ida@example.com", "correct horse", "203.0.113.99")).status).toBe(200);
  });

  it("is limited with a session as well, and the session stays valid", async () => {
    const headers = { cookie: gus.cookie, origin: ORIGIN };
    const body = { current_password: "wrong horse", new_password: "another horse" };
    const reply = await ask("POST", "/v1/account/password", { headers, body });
    expect([reply.status, reply.body.code]).toEqual([429, "rate_limited"]);
    expect((await ask("GET", "/v1/account", { headers })).status).toBe(200);
  });
});
