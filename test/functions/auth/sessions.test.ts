// Sessions, passwords, roles and suspension: who is signed in where, who may still do what.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { deviceOf } from "../../../functions/auth/device.ts";
import { roleOf } from "../../../functions/rights/roles.ts";
import type { AccountSession } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, type Person, person, signUp } from "../cast.ts";
import { collectEmails, emailTo } from "./emails-sent.ts";

beforeAll(collectEmails);

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

async function signIn(email: string, password = "correct horse", agent = FIREFOX) {
  const reply = await ask("POST", "/auth/sign-in/email", {
    headers: { "user-agent": agent },
    body: { email, password },
  });
  const cookie = reply.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  return { status: reply.status, headers: { cookie, origin: ORIGIN } };
}
const sessionsOf = async (headers: Record<string, string>) =>
  (await ask<{ items: AccountSession[] }>("GET", "/v1/account/sessions", { headers })).body.items;
const isIn = async (headers: Record<string, string>) =>
  (await ask("GET", "/v1/account", { headers })).status === 200;

describe("sessions", () => {
  it("are listed with their device and the current one marked, without tokens", async () => {
    await signUp("Ada");
    const { headers } = await signIn("ada@example.com");
    const phone = await signIn("ada@example.com", "correct horse", SAFARI);
    const listed = await sessionsOf(headers);
    expect(listed.map(({ device, current }) => [device, current]).sort()).toEqual([
      ["Firefox on Linux", true],
      ["Safari on iPhone", false],
      ["Unknown device", false],
    ]);
    const { results } = await env.DB.prepare("SELECT token, ip_address FROM sessions").all<{
      token: string;
      ip_address: string | null;
    }>();
    for (const { token } of results) expect(JSON.stringify(listed)).not.toContain(token);
    expect(results.every(({ ip_address }) => !ip_address)).toBe(true);
    expect(await isIn(phone.headers)).toBe(true);
  });

  it("keep a bounded User-Agent without control characters", async () => {
    await signUp("Uma");
    await signIn("uma@example.com", "correct horse", `a\u0085${"b".repeat(2_000)}`);
    const kept = await env.DB.prepare("SELECT user_agent FROM sessions WHERE user_agent LIKE 'a%b'").first();
    expect(kept).toEqual({ user_agent: `a${"b".repeat(499)}` });
  });

  it("are ended one by one, and only one's own", async () => {
    await signUp("Bea");
    const [here, there] = [await signIn("bea@example.com"), await signIn("bea@example.com")];
    const other = (await sessionsOf(there.headers)).find(({ current }) => current);
    const { headers: stranger } = await signIn("ada@example.com");
    const path = `/v1/account/sessions/${other?.id}`;
    expect((await ask("DELETE", path, { headers: stranger })).status).toBe(404);
    expect((await ask("DELETE", path, { headers: here.headers })).status).toBe(204);
    expect([await isIn(here.headers), await isIn(there.headers)]).toEqual([true, false]);
  });

  it("end everywhere at once, including here; keys stay valid", async () => {
    const cai = await person("Cai");
    const [here, there] = [await signIn("cai@example.com"), await signIn("cai@example.com")];
    const reply = await ask("DELETE", "/v1/account/sessions", { headers: here.headers });
    expect([reply.status, reply.headers.get("clear-site-data")]).toEqual([204, '"cookies"']);
    expect([await isIn(here.headers), await isIn(there.headers)]).toEqual([false, false]);
    expect((await cai.ask("GET", "/v1/account")).status).toBe(200);
  });

  it("cannot be managed with a key", async () => {
    const dee = await person("Dee");
    for (const [method, path] of [
      ["GET", "/v1/account/sessions"],
      ["DELETE", "/v1/account/sessions"],
    ] as const)
      expect((await dee.ask(method, path)).body.code).toBe("session_required");
  });
});

describe("a password", () => {
  const change = (headers: Record<string, string>, body: object) =>
    ask("POST", "/v1/account/password", { headers, body });

  it("is changed with the current one, which ends all other sessions and sends an email", async () => {
    await signUp("Edna");
    const [here, there] = [await signIn("edna@example.com"), await signIn("edna@example.com")];
    const wrong = await change(here.headers, { current_password: "no", new_password: "new battery" });
    expect([wrong.body.code, wrong.body.errors[0]?.pointer]).toEqual(["not_granted", "/current_password"]);
    expect((await change(here.headers, { new_password: "new battery" })).body.code).toBe("request_invalid");
    const short = await change(here.headers, { current_password: "correct horse", new_password: "short" });
    expect([short.body.code, short.body.errors[0]?.pointer]).toEqual(["request_invalid", "/new_password"]);
    const done = await change(here.headers, {
      current_password: "correct horse",
      new_password: "new battery",
    });
    expect(done.status).toBe(204);
    expect([await isIn(here.headers), await isIn(there.headers)]).toEqual([true, false]);
    expect((await signIn("edna@example.com")).status).toBe(401);
    expect((await signIn("edna@example.com", "new battery")).status).toBe(200);
    await emailTo("edna@example.com", "Your password was changed");
  });

  it("is set for an account without one, soon after its sign-in only", async () => {
    await signUp("Fay");
    const { headers } = await signIn("fay@example.com");
    const id = await env.DB.prepare("SELECT id FROM users WHERE handle = 'fay'").first<string>("id");
    await env.DB.prepare("DELETE FROM credentials WHERE user_id = ?").bind(id).run();
    await env.DB.prepare("UPDATE sessions SET created_at = ? WHERE user_id = ?")
      .bind(Date.now() - 3_600_001, id)
      .run();
    expect((await change(headers, { new_password: "new battery" })).body.code).toBe("auth_required");
    await env.DB.prepare("UPDATE sessions SET created_at = ? WHERE user_id = ?").bind(Date.now(), id).run();
    expect((await change(headers, { new_password: "new battery" })).status).toBe(204);
    expect((await signIn("fay@example.com", "new battery")).status).toBe(200);
  });

  it("is never read from the database", async () => {
    const { results } = await env.DB.prepare("SELECT password FROM credentials").all<{ password: string }>();
    for (const { password } of results) expect(password).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
  });
});

describe("a suspended account", () => {
  let gus: Person;
  beforeAll(async () => {
    gus = await person("Gus");
    await env.DB.prepare("UPDATE users SET suspended_at = ? WHERE handle = 'gus'").bind(Date.now()).run();
  });

  it("reads, and signs out", async () => {
    const account = await gus.ask<{ suspended_at: string | null }>("GET", "/v1/account");
    expect([account.status, account.body.suspended_at]).toEqual([200, expect.any(String)]);
    expect((await gus.ask("GET", "/v1/generations")).status).toBe(200);
    expect(await sessionsOf({ cookie: gus.cookie })).toHaveLength(1);
  });

  it("writes nothing", async () => {
    const headers = { cookie: gus.cookie, origin: ORIGIN };
    const refused = await Promise.all([
      gus.ask("POST", "/v1/adapters", {}),
      gus.ask("POST", "/v1/uploads", {
        kind: "preview",
        content_type: "image/png",
        size_bytes: 1,
        sha256: "0".repeat(64),
      }),
      ask("POST", "/v1/keys", { headers, body: { name: "k", scopes: ["read"] } }),
      ask("PATCH", "/v1/account/profile", { headers, body: { name: "Gustav" } }),
      ask("POST", "/v1/account/email", { headers, body: { email: "gus@elsewhere.example" } }),
    ]);
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      refused.map((_, i) =>
        i === 0 ? [expect.any(Number), expect.any(String)] : [403, "account_suspended"],
      ),
    );
  });
});

describe("a moderator", () => {
  const account = { email: "Mod@Example.com", emailVerified: true, role: "user" as const };

  it("is named by the settings once the address is verified, or by the row", () => {
    const named = " other@example.com, mod@example.com ";
    expect(roleOf(account, named)).toBe("moderator");
    expect(roleOf({ ...account, emailVerified: false }, named)).toBe("user");
    expect(roleOf(account, "amod@example.com")).toBe("user");
    expect(roleOf({ ...account, email: "" }, "")).toBe("user");
    expect(roleOf({ ...account, role: "moderator" }, undefined)).toBe("moderator");
  });
});

describe("a device", () => {
  it("is named by browser and system where both are known", () => {
    expect(deviceOf(FIREFOX)).toBe("Firefox on Linux");
    expect(deviceOf(SAFARI)).toBe("Safari on iPhone");
    const edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
    expect(deviceOf(edge)).toBe("Edge on Windows");
    expect(deviceOf(`curl/${"8".repeat(100)}`)).toHaveLength(60);
    expect(deviceOf(null)).toBe("Unknown device");
  });
});

describe("the routes of better-auth", () => {
  it.each([
    ["POST", "/auth/update-user"],
    ["POST", "/auth/change-password"],
    ["POST", "/auth/change-email"],
    ["POST", "/auth/delete-user"],
    ["GET", "/auth/list-sessions"],
    ["POST", "/auth/revoke-sessions"],
    ["POST", "/auth/send-verification-email"],
    ["GET", "/auth/list-accounts"],
    ["POST", "/auth/get-access-token"],
    ["GET", "/auth/passkey/list-user-passkeys"],
    ["POST", "/auth/passkey/update-passkey"],
  ] as const)("%s %s is closed, because /v1/account replaces it", async (method, path) => {
    const { headers } = await signIn("ada@example.com");
    const reply = await ask(method, path, method === "GET" ? { headers } : { headers, body: {} });
    expect([reply.status, reply.body.code]).toEqual([404, "not_found"]);
  });
});
