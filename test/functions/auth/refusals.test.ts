// What our own code refuses under /auth has the error body of the whole API, and better-auth's message beside it.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { PASSWORD_GUESSES_PER_MINUTE_MAX } from "../../../schema/contract/limits.ts";
import { Problem } from "../../../schema/contract/problem.ts";
import { ask, signUp } from "../cast.ts";

type Said = Problem & { message: string };
const SIGN_UP = "/auth/sign-up/email";
const body = { name: "Zoe", email: "zoe@example.com", password: "correct horse" };

describe("our refusal of a sign-in route", () => {
  it("is a problem with a code, a pointer and better-auth's message", async () => {
    for (const [more, code, pointer] of [
      [{ name: "\u200b" }, "account_invalid", "/name"],
      [{ name: "\u0301" }, "account_invalid", "/name"],
      // Refused, not cut: a name is stored as it was given or not at all.
      [{ name: "n".repeat(81) }, "account_invalid", "/name"],
      [{ password: "12345678" }, "account_invalid", "/password"],
    ] as const) {
      const reply = await ask<Said>("POST", SIGN_UP, { body: { ...body, ...more } });
      expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([422, code, pointer]);
      expect(reply.headers.get("content-type")).toBe("application/problem+json");
      const { message, ...problem } = reply.body;
      expect(Problem.parse(problem)).toEqual(problem);
      expect([message, problem.instance]).toEqual([problem.detail, SIGN_UP]);
    }
  });

  it("counts a name's characters once they are composed", async () => {
    const decomposed = { name: "e\u0301".repeat(80), email: "composed@example.com" };
    const reply = await ask("POST", SIGN_UP, { body: { ...body, ...decomposed } });
    expect(reply.status).toBe(200);
    const long = await ask<Said>("POST", SIGN_UP, { body: { ...body, name: "🦊".repeat(81) } });
    expect(long.body.detail).toBe("The name must have at most 80 characters; it has 81.");
    const rows = "SELECT name FROM users WHERE email = 'composed@example.com'";
    expect(await env.DB.prepare(rows).first("name")).toBe("é".repeat(80));
  });

  it("names a broken body, and a time to wait after too many attempts", async () => {
    const broken = await ask<Said>("POST", SIGN_UP, { body: "{" });
    expect([broken.status, broken.body.code]).toEqual([400, "json_invalid"]);
    await signUp("Guessed");
    const guess = () =>
      ask<Said>("POST", "/auth/sign-in/email", {
        body: { email: "guessed@example.com", password: "wrong horse" },
      });
    const wrong = await guess();
    // better-auth's own: its codes are in capitals.
    expect([wrong.status, wrong.body]).toEqual([
      401,
      { code: "INVALID_EMAIL_OR_PASSWORD", message: expect.any(String) },
    ]);
    for (let i = 1; i < PASSWORD_GUESSES_PER_MINUTE_MAX; i++) await guess();
    const late = await guess();
    expect([late.status, late.body.code, late.headers.get("retry-after")]).toEqual([
      429,
      "rate_limited",
      "60",
    ]);
    expect(late.body.message).toBe(late.body.detail);
  });
});
