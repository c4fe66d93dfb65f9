// Accounts and API keys: who is who, what a key may do, and when it stops.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { handleFrom } from "../../../functions/auth/handles.ts";
import type { Problem } from "../../../schema/contract/index.ts";
import {
  API_KEYS_PER_OWNER_MAX,
  KEY_OVERLAP_HOURS,
  KEY_OVERLAP_MAX_HOURS,
} from "../../../schema/contract/limits.ts";
import { ask, ORIGIN, type Person, person, signUp } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

describe("an account", () => {
  it("is identified by its session cookie and by its key", async () => {
    const bySession = await ask<{ handle: string; signed_in_by: string }>("GET", "/v1/account", {
      headers: { cookie: ada.cookie },
    });
    const byKey = await ada.ask<{ handle: string; signed_in_by: string }>("GET", "/v1/account");
    expect([bySession.body.handle, bySession.body.signed_in_by]).toEqual(["ada", "session"]);
    expect([byKey.body.handle, byKey.body.signed_in_by]).toEqual(["ada", "key"]);
  });

  it("gets another handle where the name is taken", async () => {
    const cookie = await signUp("Ada", "another-ada@example.com");
    const account = await ask<{ handle: string }>("GET", "/v1/account", { headers: { cookie } });
    expect(account.body.handle).toMatch(/^ada-[0-9a-z]{4}$/);
  });

  it("does not get a handle that impersonates the service, in any spelling, unless it is a listed operator's", async () => {
    const names = [
      "admin",
      "API",
      "support",
      "Ádmin",
      "a-d-m-i-n",
      "Admin 1",
      "The Admin",
      "support team",
      "orthoplex",
      "Official Ada",
      "Orthoplex help",
      "ada admin 2",
      "mod",
      "0rthoplex",
      "adm1n",
      "0fficia1 Ada",
      "5upp0rt",
    ];
    for (const [i, name] of names.entries()) {
      const cookie = await signUp(name, `taker-${i}@example.com`);
      const { body } = await ask<{ handle: string }>("GET", "/v1/account", { headers: { cookie } });
      expect([name, body.handle]).toEqual([name, expect.stringMatching(/^someone-[0-9a-z]{6}$/)]);
    }
    const cookie = await signUp("Moderators", "moderator@example.com");
    const { body } = await ask<{ handle: string }>("GET", "/v1/account", { headers: { cookie } });
    expect(body.handle).toBe("moderators");
    const plain = await signUp("Adminka", "adminka@example.com");
    const taken = await ask<{ handle: string }>("GET", "/v1/account", { headers: { cookie: plain } });
    expect(taken.body.handle).toBe("adminka");
  });

  it("is refused a second time for one email address", async () => {
    await expect(signUp("Ada", "ada@example.com")).rejects.toThrow("USER_ALREADY_EXISTS");
  });

  it("makes handles of names in any script", () => {
    expect(handleFrom("  Éva  Ørn—Nagy ")).toBe("eva-rn-nagy");
    expect(handleFrom("李")).toMatch(/^someone-/);
  });

  it("is required: without one the answer is 401", async () => {
    const reply = await ask("GET", "/v1/account");
    expect([reply.status, reply.body.code]).toEqual([401, "auth_required"]);
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("a secret response", () => {
  it("is not cacheable: keys, the account, sessions, webhooks, leases, and everything without explicit caching", async () => {
    const key = await ada.signedIn<{ id: string }>("POST", "/v1/keys", { name: "n", scopes: ["read"] });
    const rotated = await ada.signedIn("POST", `/v1/keys/${key.body.id}/rotate`, {});
    const webhook = await ada.ask<{ id: string }>("POST", "/v1/webhooks", {
      url: "https://hooks.example.com/",
      events: ["*.failed"],
    });
    const replies = [
      ...[key, rotated, webhook],
      await ada.signedIn("GET", "/v1/keys"),
      await ada.signedIn("GET", "/v1/account"),
      await ada.signedIn("GET", "/v1/account/sessions"),
      await ada.signedIn("GET", "/auth/get-session"),
      await ada.ask("GET", "/v1/webhooks/default/secret"),
      await ada.ask("GET", "/v1/generations"),
      await ask("POST", "/auth/sign-in/email", {
        body: { email: "ada@example.com", password: "correct horse" },
      }),
    ];
    for (const { status, headers } of replies) {
      expect(status).toBeLessThan(300);
      expect(headers.get("cache-control")).toContain("no-store");
    }
  });
});

describe("a session", () => {
  it.each(["cross-site", "same-site"])(
    "is refused for a cross-site write by Sec-Fetch-Site (%s) without an Origin",
    async (site) => {
      const headers = { cookie: ada.cookie, "sec-fetch-site": site };
      const reply = await ask("POST", "/v1/keys", { headers, body: { name: "stolen", scopes: ["read"] } });
      expect([reply.status, reply.body.code]).toEqual([403, "not_granted"]);
      const body = { email: "ada@example.com", password: "correct horse" };
      const signIn = await ask("POST", "/auth/sign-in/email", { headers: { "sec-fetch-site": site }, body });
      expect(signIn.status).toBe(403);
      expect((await ask("POST", "/auth/sign-out", { headers, body: {} })).status).toBe(403);
      expect((await ask("GET", "/v1/account", { headers })).status).toBe(200);
    },
  );

  it("is refused for pages of other origins", async () => {
    const headers = { cookie: ada.cookie, origin: "https://elsewhere.test" };
    const body = { name: "stolen", scopes: ["read"] };
    const reply = await ask("POST", "/v1/keys", { headers, body });
    expect([reply.status, reply.body.code]).toEqual([403, "not_granted"]);
  });

  it("is accepted for the site's own pages", async () => {
    const headers = { cookie: ada.cookie, origin: ORIGIN };
    const reply = await ask("POST", "/v1/keys", { headers, body: { name: "mine", scopes: ["read"] } });
    expect(reply.status).toBe(201);
  });
});

describe("signing in and out", () => {
  const password = "correct horse";

  it("is refused to a page of another origin", async () => {
    const headers = { origin: "https://elsewhere.test" };
    const body = { email: "ada@example.com", password };
    expect((await ask("POST", "/auth/sign-in/email", { headers, body })).status).toBe(403);
    const mine = { ...headers, cookie: ada.cookie };
    expect((await ask("POST", "/auth/sign-out", { headers: mine, body: {} })).status).toBe(403);
    expect((await ask("GET", "/v1/account", { headers: { cookie: ada.cookie } })).status).toBe(200);
  });

  it("ignores a handle, an id or a verified flag in the request", async () => {
    const input = { name: "Mallory", email: "mallory@example.com", password };
    const more = { handle: "ada", id: "usr_00000000000000000000", emailVerified: true };
    await ask("POST", "/auth/sign-up/email", { body: { ...input, ...more } });
    const row = await env.DB.prepare("SELECT * FROM users WHERE email = ?").bind(input.email).first();
    if (row) expect(row).toMatchObject({ handle: "mallory", email_verified: 0 });
    expect(row?.id).not.toBe(more.id);
    const cookie = row ? await signIn(input.email) : ada.cookie;
    const headers = { cookie, origin: ORIGIN };
    await ask("POST", "/auth/update-user", { headers, body: { handle: "operator" } });
    await ask("POST", "/auth/update-user", { headers, body: { email: "operator@example.com" } });
    const taken = "SELECT count(*) AS n FROM users WHERE handle = 'operator' OR email LIKE 'operator@%'";
    expect(await env.DB.prepare(taken).first("n")).toBe(0);
  });

  it("bounds the name's length and stores no picture", async () => {
    const long = { name: "Long ".repeat(2_000), email: "long@example.com", password };
    expect((await ask("POST", "/auth/sign-up/email", { body: long })).status).toBe(422);
    const input = { ...long, name: "Long ".repeat(16), image: "x".repeat(9_000) };
    expect((await ask("POST", "/auth/sign-up/email", { body: input })).status).toBe(200);
    const kept = await env.DB.prepare("SELECT length(name) AS name, image FROM users WHERE email = ?")
      .bind(input.email)
      .first<{ name: number; image: string | null }>();
    expect(kept).toEqual({ name: "Long ".repeat(16).trim().length, image: null });
  });

  async function signIn(email: string): Promise<string> {
    const reply = await ask("POST", "/auth/sign-in/email", { body: { email, password } });
    return reply.headers
      .getSetCookie()
      .map((line) => line.split(";", 1)[0])
      .join("; ");
  }
});

describe("an API key", () => {
  it("is shown once and kept as a hash", async () => {
    const made = await ada.makeKey({
      name: "n",
      scopes: ["read"],
    });
    const row = await env.DB.prepare("SELECT * FROM api_keys WHERE id = ?").bind(made.id).first();
    expect(made.key).toMatch(/^opx_[0-9a-z]{40}$/);
    expect(JSON.stringify(row)).not.toContain(made.key.slice(10));
    expect(JSON.stringify(await ada.must("GET", "/v1/keys"))).not.toContain(made.key.slice(10));
  });

  it("does only what its scopes allow", async () => {
    const reader = await person("Reader", ["read"]);
    const create = await reader.ask("POST", "/v1/compositions", { members: [{ ref: "a/b" }] });
    const lease = await reader.ask("POST", "/runner/v1/register", {
      ...{ name: "m", version: "1", device: "cpu", dtype: "f", memory_bytes: 1, bases: ["cast-3"] },
    });
    expect([create.body.code, lease.body.code]).toEqual(["scope_missing", "scope_missing"]);
  });

  it("creates no key whatever its scopes: that needs a session", async () => {
    for (const reader of [ada, await person("Modest", ["read"])]) {
      for (const input of [
        { name: "more", scopes: ["read"] },
        { name: "short", scopes: ["read"], expires_in_days: 1 },
        { name: "page", kind: "publishable", scopes: ["read"], origins: ["https://page.test"] },
      ]) {
        const reply = await reader.ask("POST", "/v1/keys", input);
        expect([reply.status, reply.body.code]).toEqual([403, "session_required"]);
      }
    }
    expect((await ada.signedIn("POST", "/v1/keys", { name: "mine", scopes: ["read"] })).status).toBe(201);
  });

  it("stops when it is revoked", async () => {
    const made = await ada.makeKey({
      name: "n",
      scopes: ["read"],
    });
    const headers = { authorization: `Bearer ${made.key}` };
    expect((await ask("GET", "/v1/account", { headers })).status).toBe(200);
    expect((await ada.ask("DELETE", `/v1/keys/${made.id}`)).status).toBe(204);
    expect((await ask("GET", "/v1/account", { headers })).body.code).toBe("key_invalid");
    expect((await ada.ask("DELETE", `/v1/keys/${made.id}`)).status).toBe(404);
  });

  it("cannot revoke a key with more rights than itself", async () => {
    const cai = await person("Cai");
    const strong = await cai.makeKey({ name: "runner", scopes: ["runner"] });
    const weak = await cai.makeKey({ name: "weak", scopes: ["read"] });
    const headers = { authorization: `Bearer ${weak.key}` };
    expect((await ask("DELETE", `/v1/keys/${strong.id}`, { headers })).body.code).toBe("scope_missing");
    expect((await cai.ask("DELETE", `/v1/keys/${strong.id}`)).status).toBe(204);
  });

  it("stops when it expires", async () => {
    const input = { name: "n", scopes: ["read"], expires_in_days: 1 };
    const made = await ada.makeKey(input);
    await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE id = ?")
      .bind(Date.now() - 1, made.id)
      .run();
    const reply = await ask("GET", "/v1/account", { headers: { authorization: `Bearer ${made.key}` } });
    expect([reply.status, reply.body.code]).toEqual([401, "key_invalid"]);
  });
});

describe("rotating a key", () => {
  type Made = { id: string; key: string; expires_at: string | null };
  type Listed = { items: { id: string; replaced_by: string | null; expires_at: string | null }[] };
  const works = async (key: string) =>
    (await ask("GET", "/v1/keys", { headers: { authorization: `Bearer ${key}` } })).status === 200;
  const rotate = <T = Made>(by: Person, id: string, body: unknown = {}) =>
    by.signedIn<T>("POST", `/v1/keys/${id}/rotate`, body);
  const endOf = (id: string) =>
    env.DB.prepare("SELECT expires_at FROM api_keys WHERE id = ?").bind(id).first<number>("expires_at");
  let eli: Person;
  beforeAll(async () => {
    eli = await person("Eli");
  });
  const make = (input: Record<string, unknown> = {}) =>
    eli.makeKey<Made>({ name: "k", scopes: ["read", "runner"], ...input });

  it("gives a new key of the same name and scopes, and the old one stays valid for a day", async () => {
    const old = await make();
    const began = Date.now();
    const fresh = await rotate(eli, old.id);
    expect(fresh.status).toBe(201);
    expect(fresh.body).toMatchObject({
      name: "k",
      scopes: ["read", "runner"],
      expires_at: null,
      replaced_by: null,
    });
    expect(fresh.body.key).toMatch(/^opx_[0-9a-z]{40}$/);
    expect([await works(old.key), await works(fresh.body.key)]).toEqual([true, true]);
    const day = KEY_OVERLAP_HOURS * 3_600_000;
    const end = (await endOf(old.id)) ?? 0;
    expect(end).toBeGreaterThanOrEqual(began + day);
    expect(end).toBeLessThanOrEqual(Date.now() + day);
    const listed = await eli.must<Listed>("GET", "/v1/keys");
    expect(listed.items.find(({ id }) => id === old.id)?.replaced_by).toBe(fresh.body.id);
    // Its time is over.
    await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE id = ?")
      .bind(Date.now() - 1, old.id)
      .run();
    expect([await works(old.key), await works(fresh.body.key)]).toEqual([false, true]);
    expect((await eli.must<Listed>("GET", "/v1/keys")).items.map(({ id }) => id)).not.toContain(old.id);
  });

  it("ends the old key at once on request, and never after its own expiry", async () => {
    const leaked = await make();
    const fresh = await rotate(eli, leaked.id, { overlap_hours: 0 });
    expect([await works(leaked.key), await works(fresh.body.key)]).toEqual([false, true]);
    const short = await make({ expires_in_days: 1 });
    const longer = await rotate(eli, short.id, { overlap_hours: KEY_OVERLAP_MAX_HOURS });
    expect(await endOf(short.id)).toBe(Date.parse(short.expires_at ?? ""));
    // The same length of life, counted from now.
    expect(Date.parse(longer.body.expires_at ?? "") - Date.now()).toBeGreaterThan(24 * 3_600_000 - 10_000);
    const beyond = await rotate<Problem>(eli, longer.body.id, { overlap_hours: KEY_OVERLAP_MAX_HOURS + 1 });
    expect([beyond.status, beyond.body.errors[0]?.pointer]).toEqual([400, "/overlap_hours"]);
  });

  it("happens once: of concurrent rotations one gets the key, the others learn its id", async () => {
    const held = async () => (await eli.must<Listed>("GET", "/v1/keys")).items.length;
    const old = await make();
    const before = await held();
    const replies = await Promise.all([0, 1, 2, 3].map(() => rotate<Made & Problem>(eli, old.id)));
    const winners = replies.filter(({ status }) => status === 201);
    expect(winners).toHaveLength(1);
    for (const { status, body } of replies.filter((each) => !winners.includes(each))) {
      expect([status, body.code]).toEqual([409, "key_rotated"]);
      expect(body.detail).toContain(winners[0]?.body.id);
    }
    expect(await held()).toBe(before + 1);
  });

  it("is refused for a revoked key, for another account's key, and to a key with fewer rights", async () => {
    const old = await make();
    const other = await rotate<Problem>(ada, old.id);
    expect([other.status, other.body.code]).toEqual([404, "not_found"]);
    const weak = await make({ scopes: ["read"] });
    const headers = { authorization: `Bearer ${weak.key}` };
    const reply = await ask("POST", `/v1/keys/${old.id}/rotate`, { headers, body: {} });
    expect(reply.body.code).toBe("scope_missing");
    await eli.must("DELETE", `/v1/keys/${old.id}`);
    expect((await rotate(eli, old.id)).status).toBe(404);
  });

  it("is allowed to a key for itself only", async () => {
    const [one, other] = [await make(), await make()];
    const headers = { authorization: `Bearer ${one.key}` };
    const reply = await ask("POST", `/v1/keys/${other.id}/rotate`, { headers, body: {} });
    expect([reply.status, reply.body.code]).toEqual([403, "session_required"]);
    expect((await ask("POST", `/v1/keys/${one.id}/rotate`, { headers, body: {} })).status).toBe(201);
  });

  it("does not count against the limit of keys", async () => {
    const fay = await person("Fay");
    const mine = await fay.must<Listed>("GET", "/v1/keys");
    let last = "";
    for (let n = mine.items.length; n < API_KEYS_PER_OWNER_MAX; n++) {
      last = (await fay.makeKey<Made>({ name: `k${n}`, scopes: ["read"] })).id;
    }
    const full = await fay.signedIn("POST", "/v1/keys", { name: "more", scopes: ["read"] });
    expect(full.body.code).toBe("quota_exceeded");
    expect((await rotate(fay, last)).status).toBe(201);
    expect((await fay.signedIn("POST", "/v1/keys", { name: "more", scopes: ["read"] })).body.code).toBe(
      "quota_exceeded",
    );
  });

  it("does not extend the life of a key that rotates itself", async () => {
    const old = await make({ scopes: ["read"], expires_in_days: 7 });
    await env.DB.prepare("UPDATE api_keys SET created_at = created_at - 3600000 WHERE id = ?")
      .bind(old.id)
      .run();
    const headers = { authorization: `Bearer ${old.key}` };
    const fresh = await ask<Made>("POST", `/v1/keys/${old.id}/rotate`, { headers, body: {} });
    expect([fresh.status, fresh.body.expires_at]).toEqual([201, old.expires_at]);
  });
});
