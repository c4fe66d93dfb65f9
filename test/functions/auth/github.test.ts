// Signing in with GitHub. GitHub itself is the only fake: its three answers, as its documentation gives them.

import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Account } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, signUp } from "../cast.ts";
import { collectEmails, emailTo, pathOf } from "./emails-sent.ts";

type GitHubUser = { id: number; login: string; name: string | null; email: string; verified: boolean };

const settings = env as unknown as Record<string, string | undefined>;
let user: GitHubUser;

beforeAll(collectEmails);
beforeEach(() => {
  settings.GITHUB_CLIENT_ID = "client";
  settings.GITHUB_CLIENT_SECRET = "secret";
  const real = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    if (url === "https://github.com/login/oauth/access_token") {
      return Response.json({ access_token: "gho_secret", token_type: "bearer", scope: "read:user" });
    }
    if (url === "https://api.github.com/user") {
      return Response.json({ ...user, avatar_url: "https://github.test/a.png", email: null });
    }
    if (url === "https://api.github.com/user/emails") {
      return Response.json([{ email: user.email, primary: true, verified: user.verified, visibility: null }]);
    }
    return real(input, init);
  });
});
afterEach(() => {
  delete settings.GITHUB_CLIENT_ID;
  delete settings.GITHUB_CLIENT_SECRET;
  vi.mocked(globalThis.fetch).mockRestore();
});

const cookiesOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");

/** Goes to GitHub and comes back; where it led, and what account that is. */
async function signInWith(account: GitHubUser) {
  user = account;
  const body = { provider: "github", callbackURL: "/account/" };
  const begun = await ask<{ url: string }>("POST", "/auth/sign-in/social", {
    headers: { origin: ORIGIN },
    body,
  });
  const there = new URL(begun.body.url);
  expect([there.origin, there.searchParams.get("client_id")]).toEqual(["https://github.com", "client"]);
  const state = encodeURIComponent(there.searchParams.get("state") ?? "");
  const back = await ask("GET", `/auth/callback/github?code=abc&state=${state}`, {
    headers: { cookie: cookiesOf(begun.headers) },
  });
  const cookie = cookiesOf(back.headers);
  const mine = await ask<Account>("GET", "/v1/account", { headers: { cookie } });
  return { to: back.headers.get("location") ?? "", account: mine.status === 200 ? mine.body : null };
}

describe("GitHub", () => {
  it("is offered only where it is configured", async () => {
    const offered = () => ask<{ github: boolean }>("GET", "/v1/auth-methods");
    expect((await offered()).body).toEqual({ password: true, passkey: true, github: true });
    delete settings.GITHUB_CLIENT_SECRET;
    expect((await offered()).body.github).toBe(false);
    const body = { provider: "github", callbackURL: "/account/" };
    expect((await ask("POST", "/auth/sign-in/social", { headers: { origin: ORIGIN }, body })).status).toBe(
      404,
    );
  });

  it("makes an account with a handle, a bounded name and no token, and finds it again", async () => {
    const ada = { id: 1, login: "adal", name: "Ada ".repeat(100), email: "ada@hub.example", verified: true };
    const first = await signInWith(ada);
    expect(first.to).toBe("/account/");
    expect(first.account).toMatchObject({
      email: "ada@hub.example",
      email_verified: true,
      has_github: true,
      has_password: false,
      avatar_url: null,
    });
    expect(first.account?.handle).toMatch(/^ada-ada/);
    // Cut at 80, without the space that then ends it.
    expect(first.account?.name).toHaveLength(79);
    const again = await signInWith({ ...ada, email: "ada@moved.example" });
    expect(again.account?.id).toBe(first.account?.id);
    const row = await env.DB.prepare("SELECT * FROM credentials WHERE provider_id = 'github'").first();
    expect(row).toMatchObject({ access_token: null, refresh_token: null, id_token: null });
  });

  it("names somebody without a name by their login", async () => {
    const { account } = await signInWith({
      ...{ id: 2, login: "octo-cat", name: null },
      ...{ email: "octo@hub.example", verified: true },
    });
    expect([account?.name, account?.handle]).toEqual(["octo-cat", "octo-cat"]);
  });

  it("is linked to an account of the same address only if both sides have verified it", async () => {
    await signUp("Bea");
    const bea = { id: 3, login: "bea", name: "Bea", email: "bea@example.com", verified: true };
    const early = await signInWith(bea);
    expect([early.account, early.to]).toEqual([null, expect.stringContaining("error=account_not_linked")]);
    expect(early.to.startsWith(`${ORIGIN}/account/`)).toBe(true);
    await ask("GET", pathOf((await emailTo("bea@example.com", "Confirm")).link));
    const unproved = await signInWith({ ...bea, id: 4, verified: false });
    expect(unproved.account).toBe(null);
    const joined = await signInWith(bea);
    expect(joined.account).toMatchObject({ handle: "bea", has_password: true, has_github: true });
  });

  it("redirects to no other site", async () => {
    const body = { provider: "github", callbackURL: "https://evil.test/" };
    const begun = await ask("POST", "/auth/sign-in/social", { headers: { origin: ORIGIN }, body });
    expect(begun.status).toBe(403);
  });
});
