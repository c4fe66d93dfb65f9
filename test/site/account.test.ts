// The account page's pure parts: what a link brought, whether passkeys work here, when a password is asked for.

import { describe, expect, it } from "vitest";
import { emailTokenOf, isOldSignIn, linkMessageOf } from "../../site/pages/account/link-result.ts";
import { originsIn } from "../../site/pages/account/origins.ts";
import { passkeyObstacle } from "../../site/pages/account/passkey.ts";

describe("a link to the account page", () => {
  it("says what the link of an email did, or why it failed", () => {
    expect(linkMessageOf("")).toBe(null);
    expect(linkMessageOf("?next=%2Fcompose%2F")).toBe(null);
    expect(linkMessageOf("?verified=1")?.variant).toBe("good");
    expect(linkMessageOf("?verified=1&error=TOKEN_EXPIRED")?.title).toBe("This link has expired");
    expect(linkMessageOf("?error=account_not_linked")?.text).toContain("verify the address");
    expect(linkMessageOf("?error=%3Cb%3E")).toMatchObject({
      variant: "warn",
      title: "Signing in did not work",
    });
  });

  it("reads the token of an email to a new address", () => {
    expect(emailTokenOf("?email_token=abc")).toBe("abc");
    expect(emailTokenOf("?verified=1")).toBe(null);
  });
});

describe("the origins of a publishable key", () => {
  it("are taken out of what was typed or pasted, each once", () => {
    expect(
      originsIn("https://a.test, http://localhost:5173\nhttps://a.test/app?x=1  https://a.test:443"),
    ).toEqual(["https://a.test", "http://localhost:5173"]);
    expect(originsIn(" , ")).toEqual([]);
  });

  it("pass invalid ones on to the API", () => {
    expect(originsIn("a.test, data:x")).toEqual(["a.test", "data:x"]);
  });
});

describe("passkeys", () => {
  it("need a name and a browser that has them, and say so", () => {
    expect(passkeyObstacle("orthoplex.example", "", true)).toBe(null);
    expect(passkeyObstacle("localhost", "8787", true)).toBe(null);
    expect(passkeyObstacle("127.0.0.1", "8787", true)).toContain("http://localhost:8787/account/");
    expect(passkeyObstacle("[::1]", "", true)).toContain("http://localhost/account/");
    expect(passkeyObstacle("orthoplex.example", "", false)).toContain("newer");
  });
});

describe("an old sign-in", () => {
  it("is older than the limit, or unknown", () => {
    const now = Date.parse("2027-01-01T12:00:00Z");
    expect(isOldSignIn("2027-01-01T11:00:01Z", now, 3_600)).toBe(false);
    expect(isOldSignIn("2027-01-01T10:59:59Z", now, 3_600)).toBe(true);
    expect(isOldSignIn(null, now, 3_600)).toBe(true);
  });
});
