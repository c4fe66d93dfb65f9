// Accounts and API keys: who is who, what a key may do, and when it stops.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { handleFrom } from "../../../functions/auth/sessions.ts";
import { ask, ORIGIN, type Person, person, signUp } from "../cast.ts";

let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
});

describe("an account", () => {
  it("is known by its session cookie and by its key", async () => {
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

  it("is refused a second time for one e-mail address", async () => {
    await expect(signUp("Ada", "ada@example.com")).rejects.toThrow("USER_ALREADY_EXISTS");
  });

  it("makes handles of names in any script", () => {
    expect(handleFrom("  Éva  Ørn—Nagy ")).toBe("eva-rn-nagy");
    expect(handleFrom("李")).toMatch(/^someone-/);
  });

  it("is asked for where there is none", async () => {
    const reply = await ask("GET", "/v1/account");
    expect([reply.status, reply.body.code]).toEqual([401, "auth_required"]);
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
  });
});

describe("a session", () => {
  it("is not used by a page of another origin", async () => {
    const headers = { cookie: ada.cookie, origin: "https://elsewhere.test" };
    const body = { name: "stolen", scopes: ["read"] };
    const reply = await ask("POST", "/v1/keys", { headers, body });
    expect([reply.status, reply.body.code]).toEqual([403, "not_granted"]);
  });

  it("is used by the site's own page", async () => {
    const headers = { cookie: ada.cookie, origin: ORIGIN };
    const reply = await ask("POST", "/v1/keys", { headers, body: { name: "mine", scopes: ["read"] } });
    expect(reply.status).toBe(201);
  });
});

describe("an API key", () => {
  it("is shown once and kept as a hash", async () => {
    const made = await ada.must<{ id: string; key: string }>("POST", "/v1/keys", {
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
      ...{ name: "m", version: "1", device: "cpu", dtype: "f", memory_bytes: 1, bases: ["cast-1"] },
    });
    expect([create.body.code, lease.body.code]).toEqual(["scope_missing", "scope_missing"]);
  });

  it("cannot make a key that may do more than itself", async () => {
    const reader = await person("Modest", ["read"]);
    const reply = await reader.ask("POST", "/v1/keys", { name: "more", scopes: ["read", "runner"] });
    expect([reply.status, reply.body.code, reply.body.errors[0]?.pointer]).toEqual([
      403,
      "scope_missing",
      "/scopes",
    ]);
  });

  it("stops when it is revoked", async () => {
    const made = await ada.must<{ id: string; key: string }>("POST", "/v1/keys", {
      name: "n",
      scopes: ["read"],
    });
    const headers = { authorization: `Bearer ${made.key}` };
    expect((await ask("GET", "/v1/account", { headers })).status).toBe(200);
    expect((await ada.ask("DELETE", `/v1/keys/${made.id}`)).status).toBe(204);
    expect((await ask("GET", "/v1/account", { headers })).body.code).toBe("key_invalid");
    expect((await ada.ask("DELETE", `/v1/keys/${made.id}`)).status).toBe(404);
  });

  it("cannot end a key that may do more than itself", async () => {
    const cai = await person("Cai");
    const strong = await cai.must<{ id: string }>("POST", "/v1/keys", { name: "runner", scopes: ["runner"] });
    const weak = await cai.must<{ key: string }>("POST", "/v1/keys", { name: "weak", scopes: ["read"] });
    const headers = { authorization: `Bearer ${weak.key}` };
    expect((await ask("DELETE", `/v1/keys/${strong.id}`, { headers })).body.code).toBe("scope_missing");
    expect((await cai.ask("DELETE", `/v1/keys/${strong.id}`)).status).toBe(204);
  });

  it("stops when it expires", async () => {
    const wish = { name: "n", scopes: ["read"], expires_in_days: 1 };
    const made = await ada.must<{ id: string; key: string }>("POST", "/v1/keys", wish);
    await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE id = ?")
      .bind(Date.now() - 1, made.id)
      .run();
    const reply = await ask("GET", "/v1/account", { headers: { authorization: `Bearer ${made.key}` } });
    expect([reply.status, reply.body.code]).toEqual([401, "key_invalid"]);
  });
});
