// Which passwords are refused because whoever guesses tries them first, in all three places where one is chosen.

import { beforeAll, describe, expect, it } from "vitest";
import { passwordFault } from "../../../functions/auth/common-passwords.ts";
import { ask, ORIGIN, signUp } from "../cast.ts";
import { collectEmails, emailTo } from "./emails-sent.ts";

beforeAll(collectEmails);

const WEAK = [
  ...[
    "12345678",
    "password",
    "Password1",
    "password123!",
    "P A S S W O R D",
    "qwertyuiop",
    "iloveyou",
    "letmein123",
  ],
  ...["aaaaaaaa", "abababab", "abcabcabc", "abcdefgh", "hgfedcba", "passwordpassword", "11111111111"],
  ...["123456789012", "67890123456", "210987654321", "p@ssw0rd1", "Pa$$w0rd", "1l0vey0u"],
  ...[
    "Summer2026!",
    "winter2025",
    "October2024!!",
    "!Monday01",
    "Monkey2026!",
    "Welcome#2026",
    "5umm3r2026!",
    "May 12, 2026",
  ],
  ...["24.12.Sunday", "Dragon1990$", "Sommer2026!"],
  ...["orthoplex", "Orthoplex2026", "ada.lovelace", "ada@example.com", "Ada Lovelace 1815"],
];

describe("a password", () => {
  it.each(WEAK)("that is common is refused: %s", (password) => {
    expect(
      passwordFault(password, {
        email: "ada.lovelace@example.com",
        name: "Ada Lovelace",
        handle: "ada@example.com",
      }),
    ).not.toBeNull();
  });

  it.each([
    "correct horse",
    "new battery staple",
    "kR7#pqz0",
    "größer als gedacht",
    "密码很难猜到的吗",
    "a long enough password",
    "summer in october",
    "two dragons, 1 monkey",
    "monkeybars and welcome",
    "Summer 8391 7264 5510",
    "2026 was my summer!",
    "gartenzwerg2026",
  ])("that is not common is accepted: %s", (password) =>
    expect(passwordFault(password, { email: "ada@example.com", name: "Ada" })).toBeNull(),
  );

  it("is refused at sign-up, at a change and at a reset", async () => {
    const email = "bea@example.com";
    const weak = await ask("POST", "/auth/sign-up/email", {
      body: { name: "Bea", email, password: "12345678" },
    });
    expect(weak.status).toBe(422);
    const cookie = await signUp("Bea", email);
    const headers = { cookie, origin: ORIGIN };
    const change = await ask("POST", "/v1/account/password", {
      headers,
      body: { current_password: "correct horse", new_password: "password1" },
    });
    expect([change.status, change.body.errors[0]?.pointer]).toEqual([400, "/new_password"]);
    await ask("POST", "/auth/request-password-reset", { body: { email } });
    const token = (await emailTo(email, "Choose a new password")).link.searchParams.get("token");
    const reset = (newPassword: string) =>
      ask("POST", "/auth/reset-password", { body: { token, newPassword } });
    expect((await reset("qwertyuiop")).status).toBe(422);
    // The link was not used up by it.
    expect((await reset("new battery staple")).status).toBe(200);
  });
});
