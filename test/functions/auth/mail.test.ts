// Emails: verification, reset, change of address. Who gets one, how often, and what a link may do once.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { EMAILS_PER_HOUR_MAX } from "../../../schema/contract/index.ts";
import { ask, ORIGIN, signUp } from "../cast.ts";
import { collectEmails, emailsTo, emailTo, pathOf } from "./emails-sent.ts";

beforeAll(collectEmails);

const headersOf = (cookie: string) => ({ cookie, origin: ORIGIN });
const verifiedOf = (email: string) =>
  env.DB.prepare("SELECT email_verified FROM users WHERE email = ?").bind(email).first("email_verified");
const signIn = (email: string, password: string) =>
  ask("POST", "/auth/sign-in/email", { body: { email, password } });
const resetEmailCount = () =>
  env.DB.prepare("DELETE FROM verifications WHERE identifier LIKE 'emails:%'").run();

describe("an email address", () => {
  it("is verified by the link of the sign-up's email, and signing in does not wait for it", async () => {
    const cookie = await signUp("Ada");
    expect((await ask("GET", "/v1/account", { headers: { cookie } })).status).toBe(200);
    const { link, text } = await emailTo("ada@example.com", "Confirm your email");
    expect(text).toContain("Hello Ada,");
    expect(await verifiedOf("ada@example.com")).toBe(0);
    const followed = await ask("GET", pathOf(link));
    expect([followed.status, followed.headers.get("location")]).toEqual([302, "/account/?verified=1"]);
    expect(await verifiedOf("ada@example.com")).toBe(1);
  });

  it("is not verified by a link that was changed", async () => {
    await signUp("Bea");
    const { link } = await emailTo("bea@example.com", "Confirm");
    link.searchParams.set("token", `${link.searchParams.get("token")}x`);
    expect((await ask("GET", pathOf(link))).headers.get("location")).toContain("error=INVALID_TOKEN");
    expect(await verifiedOf("bea@example.com")).toBe(0);
  });

  it("gets its email again on request, limited per hour, and not once it is verified", async () => {
    const headers = headersOf(await signUp("Cleo"));
    await emailTo("cleo@example.com", "Confirm");
    for (let sent = 1; sent < EMAILS_PER_HOUR_MAX; sent++) {
      const again = await ask<{ to: string }>("POST", "/v1/account/verification", { headers, body: {} });
      expect([again.status, again.body.to]).toEqual([202, "cleo@example.com"]);
    }
    const refused = await ask("POST", "/v1/account/verification", { headers, body: {} });
    expect([refused.status, refused.body.code]).toEqual([429, "rate_limited"]);
    expect(refused.headers.get("retry-after")).toBe("3600");
    expect(emailsTo("cleo@example.com")).toHaveLength(EMAILS_PER_HOUR_MAX);
    const hourAgo = "UPDATE verifications SET expires_at = ? WHERE identifier LIKE 'emails:%'";
    await env.DB.prepare(hourAgo)
      .bind(Date.now() - 1)
      .run();
    expect((await ask("POST", "/v1/account/verification", { headers, body: {} })).status).toBe(202);
    await ask("GET", pathOf((await emailTo("cleo@example.com", "Confirm")).link));
    const done = await ask("POST", "/v1/account/verification", { headers, body: {} });
    expect([done.status, done.body.code]).toEqual([409, "decision_made"]);
  });
});

describe("a forgotten password", () => {
  const request = (email: string) => ask("POST", "/auth/request-password-reset", { body: { email } });
  const reset = (token: string | null, newPassword: string) =>
    ask("POST", "/auth/reset-password", { body: { token, newPassword } });

  it("is replaced once by the link of the email, and every session ends", async () => {
    const cookie = await signUp("Dora");
    await request("dora@example.com");
    const { link } = await emailTo("dora@example.com", "Choose a new password");
    expect(link.pathname).toBe("/account/reset/");
    const token = link.searchParams.get("token");
    expect((await reset(token, "new battery staple")).status).toBe(200);
    expect((await ask("GET", "/v1/account", { headers: { cookie } })).status).toBe(401);
    expect((await signIn("dora@example.com", "correct horse")).status).toBe(401);
    expect((await signIn("dora@example.com", "new battery staple")).status).toBe(200);
    expect((await reset(token, "a third one")).status).toBe(400);
  });

  it("is not replaced by a link older than an hour, nor by a password that is too short", async () => {
    await signUp("Edna");
    await request("edna@example.com");
    const token = (await emailTo("edna@example.com", "Choose")).link.searchParams.get("token");
    expect((await reset(token, "short")).status).toBe(400);
    await env.DB.prepare("UPDATE verifications SET expires_at = ? WHERE identifier = ?")
      .bind(Date.now() - 1, `reset-password:${token}`)
      .run();
    expect((await reset(token, "new battery staple")).status).toBe(400);
    expect((await signIn("edna@example.com", "correct horse")).status).toBe(200);
  });

  it("answers the same for an unknown address", async () => {
    const [known, unknown] = [await request("dora@example.com"), await request("nobody@example.com")];
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
    expect(emailsTo("nobody@example.com")).toEqual([]);
  });

  it("sends a limited number of emails per hour and answers the same", async () => {
    await signUp("Fay");
    await emailTo("fay@example.com", "Confirm");
    for (let i = 0; i < EMAILS_PER_HOUR_MAX + 2; i++)
      expect((await request("fay@example.com")).status).toBe(200);
    await emailTo("fay@example.com", "Choose");
    await expect.poll(() => emailsTo("fay@example.com").length).toBe(EMAILS_PER_HOUR_MAX);
  });

  it("returns an account to the owner of its address", async () => {
    const mallory = headersOf(await signUp("Mallory", "victim@example.com"));
    const made = await ask<{ key: string }>("POST", "/v1/keys", {
      headers: mallory,
      body: { name: "back door", scopes: ["read"] },
    });
    await request("victim@example.com");
    const token = (await emailTo("victim@example.com", "Choose")).link.searchParams.get("token");
    await reset(token, "mine from now on");
    const headers = { authorization: `Bearer ${made.body.key}` };
    expect((await ask("GET", "/v1/account", { headers })).body.code).toBe("key_invalid");
    expect(await verifiedOf("victim@example.com")).toBe(1);
  });
});

describe("a change of address", () => {
  const change = (headers: Record<string, string>, body: object) =>
    ask<{ to: string; code?: string }>("POST", "/v1/account/email", { headers, body });
  const confirm = (headers: Record<string, string>, token: string | null) =>
    ask<{ email: string; code?: string }>("POST", "/v1/account/email/confirm", { headers, body: { token } });

  it("happens when the new address is confirmed, and the old one is notified", async () => {
    const headers = headersOf(await signUp("Gina"));
    await ask("GET", pathOf((await emailTo("gina@example.com", "Confirm")).link));
    const asked = await change(headers, { email: "Gina@Elsewhere.example" });
    expect([asked.status, asked.body.to]).toEqual([202, "gina@elsewhere.example"]);
    expect((await emailTo("gina@example.com", "about to change")).text).toContain("gina@elsewhere.example");
    expect((await signIn("gina@example.com", "correct horse")).status).toBe(200);
    const token = (await emailTo("gina@elsewhere.example", "Confirm your new")).link.searchParams.get(
      "email_token",
    );
    const done = await confirm(headers, token);
    expect([done.status, done.body.email]).toEqual([200, "gina@elsewhere.example"]);
    expect(await verifiedOf("gina@elsewhere.example")).toBe(1);
    expect((await signIn("gina@example.com", "correct horse")).status).toBe(401);
    expect((await confirm(headers, token)).body.code).toBe("not_found");
  });

  it("invalidates reset links sent to the old address", async () => {
    const headers = headersOf(await signUp("Hana"));
    await ask("POST", "/auth/request-password-reset", { body: { email: "hana@example.com" } });
    const token = (await emailTo("hana@example.com", "Choose")).link.searchParams.get("token");
    await change(headers, { email: "hana@elsewhere.example" });
    const { link } = await emailTo("hana@elsewhere.example", "Confirm your new");
    await confirm(headers, link.searchParams.get("email_token"));
    const late = await ask("POST", "/auth/reset-password", { body: { token, newPassword: "from the past" } });
    expect(late.status).toBe(400);
  });

  it("is confirmed only by the account that requested it", async () => {
    const [ida, jo] = [headersOf(await signUp("Ida")), headersOf(await signUp("Jo"))];
    await change(ida, { email: "ida@elsewhere.example" });
    const { link } = await emailTo("ida@elsewhere.example", "Confirm your new");
    const token = link.searchParams.get("email_token");
    expect((await confirm(jo, token)).body.code).toBe("not_found");
    expect((await confirm(ida, token)).status).toBe(200);
  });

  it("to an address that another account has answers the same and sends nothing", async () => {
    await signUp("Kim");
    await emailTo("kim@example.com", "Confirm");
    const headers = headersOf(await signUp("Lea"));
    const asked = await change(headers, { email: "kim@example.com" });
    expect([asked.status, asked.body.to]).toEqual([202, "kim@example.com"]);
    expect(emailsTo("kim@example.com")).toHaveLength(1);
  });

  it("asks for the password where the sign-in is older than an hour", async () => {
    await resetEmailCount();
    const headers = headersOf(await signUp("Moa"));
    await env.DB.prepare(
      "UPDATE sessions SET created_at = ? WHERE user_id = (SELECT id FROM users WHERE handle = 'moa')",
    )
      .bind(Date.now() - 3_600_001)
      .run();
    const email = "moa@elsewhere.example";
    expect((await change(headers, { email })).body.code).toBe("auth_required");
    expect((await change(headers, { email, password: "wrong horse" })).body.code).toBe("not_granted");
    expect((await change(headers, { email, password: "correct horse" })).status).toBe(202);
  });
});
