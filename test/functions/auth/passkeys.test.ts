// Passkeys end to end against an authenticator in software: who may register one, what signs in, and what does not.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Account, PASSKEYS_PER_ACCOUNT_MAX, type Passkey } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, signUp } from "../cast.ts";
import { Authenticator } from "./authenticator.ts";
import { collectEmails } from "./emails-sent.ts";

beforeAll(collectEmails);

type Options = { challenge: string };
const cookiesOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");

async function register(cookie: string, authenticator: Authenticator, more: object = {}) {
  const asked = await ask<Options>("GET", "/auth/passkey/generate-register-options", { headers: { cookie } });
  if (asked.status !== 200) return asked as unknown as { status: number; body: { message: string } };
  const headers = { cookie: `${cookie}; ${cookiesOf(asked.headers)}`, origin: ORIGIN };
  const body = { response: await authenticator.register(asked.body), ...more };
  return ask<{ message: string }>("POST", "/auth/passkey/verify-registration", { headers, body });
}

async function signIn(authenticator: Authenticator, change: (response: object) => object = (same) => same) {
  const asked = await ask<Options>("GET", "/auth/passkey/generate-authenticate-options");
  const headers = { cookie: cookiesOf(asked.headers), origin: ORIGIN };
  const response = change(await authenticator.assert(asked.body));
  const reply = await ask("POST", "/auth/passkey/verify-authentication", { headers, body: { response } });
  return { status: reply.status, cookie: cookiesOf(reply.headers) };
}

const passkeysOf = async (cookie: string) =>
  (await ask<{ items: Passkey[] }>("GET", "/v1/account/passkeys", { headers: { cookie } })).body.items;

describe("a passkey", () => {
  it("is registered in a session and then signs in without a password", async () => {
    const cookie = await signUp("Ada");
    const authenticator = await Authenticator.make(ORIGIN);
    expect((await register(cookie, authenticator)).status).toBe(200);
    const account = await ask<Account>("GET", "/v1/account", { headers: { cookie } });
    expect(account.body.passkeys).toBe(1);
    const signedIn = await signIn(authenticator);
    expect(signedIn.status).toBe(200);
    const again = await ask<Account>("GET", "/v1/account", { headers: { cookie: signedIn.cookie } });
    expect([again.body.handle, again.body.signed_in_by]).toEqual(["ada", "session"]);
  });

  it("is refused with a changed signature, from another site, or unregistered", async () => {
    const cookie = await signUp("Bea");
    const authenticator = await Authenticator.make(ORIGIN);
    await register(cookie, authenticator);
    const forged = await signIn(authenticator, (credential) => {
      const { response } = credential as { response: { signature: string } };
      const flipped = response.signature.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
      return {
        ...credential,
        response: { ...response, signature: `${flipped.slice(0, 20)}AAAA${flipped.slice(24)}` },
      };
    });
    expect(forged).toEqual({ status: 401, cookie: "" });
    expect((await signIn(await Authenticator.make(ORIGIN))).status).toBe(401);
    const elsewhere = await Authenticator.make("https://elsewhere.test");
    expect((await register(cookie, elsewhere)).status).toBe(500);
    expect(await passkeysOf(cookie)).toHaveLength(1);
  });

  it("answers a challenge only once", async () => {
    const cookie = await signUp("Cleo");
    const authenticator = await Authenticator.make(ORIGIN);
    await register(cookie, authenticator);
    const asked = await ask<Options>("GET", "/auth/passkey/generate-authenticate-options");
    const headers = { cookie: cookiesOf(asked.headers), origin: ORIGIN };
    const body = { response: await authenticator.assert(asked.body) };
    const [first, second] = [
      await ask("POST", "/auth/passkey/verify-authentication", { headers, body }),
      await ask("POST", "/auth/passkey/verify-authentication", { headers, body }),
    ];
    expect([first.status, second.status]).toEqual([200, 400]);
  });

  it("is not registered without a recent session", async () => {
    const authenticator = await Authenticator.make(ORIGIN);
    expect((await register("", authenticator)).status).toBe(401);
    const cookie = await signUp("Dora");
    await env.DB.prepare(
      "UPDATE sessions SET created_at = ? WHERE user_id = (SELECT id FROM users WHERE handle = 'dora')",
    )
      .bind(Date.now() - 3_600_001)
      .run();
    expect((await register(cookie, authenticator)).status).toBe(403);
  });

  it("is named by the service, renamed and removed by its owner only", async () => {
    const cookie = await signUp("Edna");
    await register(cookie, await Authenticator.make(ORIGIN), { name: "x".repeat(5_000) });
    const [passkey] = await passkeysOf(cookie);
    expect(passkey).toMatchObject({ name: "Passkey", synced: false });
    const path = `/v1/account/passkeys/${passkey?.id}`;
    const mine = { cookie, origin: ORIGIN };
    const other = { cookie: await signUp("Fay"), origin: ORIGIN };
    const body = { name: "my phone" };
    expect((await ask("PATCH", path, { headers: other, body })).status).toBe(404);
    expect((await ask("PATCH", path, { headers: mine, body: { name: " " } })).body.code).toBe(
      "request_invalid",
    );
    expect((await ask<Passkey>("PATCH", path, { headers: mine, body })).body.name).toBe("my phone");
    expect((await ask("DELETE", path, { headers: other })).status).toBe(404);
    expect((await ask("DELETE", path, { headers: mine })).status).toBe(204);
    expect(await passkeysOf(cookie)).toEqual([]);
  });

  it("is refused above the limit of an account", async () => {
    const cookie = await signUp("Gina");
    await register(cookie, await Authenticator.make(ORIGIN));
    const copy = `INSERT INTO passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
      SELECT 'copy' || value, name, public_key, user_id, 'copy' || value, counter, device_type, backed_up
      FROM passkeys, json_each(?) WHERE user_id = (SELECT id FROM users WHERE handle = 'gina')`;
    const numbers = Array.from({ length: PASSKEYS_PER_ACCOUNT_MAX - 1 }, (_, i) => i);
    await env.DB.prepare(copy).bind(JSON.stringify(numbers)).run();
    const refused = await register(cookie, await Authenticator.make(ORIGIN));
    expect([refused.status, refused.body.message]).toEqual([
      400,
      `An account holds at most ${PASSKEYS_PER_ACCOUNT_MAX} passkeys; remove one first.`,
    ]);
  });
});
