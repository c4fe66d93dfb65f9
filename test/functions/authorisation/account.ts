// Who may call the routes of accounts: keys, profile, sign-in, export and deletion.

import { env } from "cloudflare:workers";
import { sha256Hex } from "../../../functions/lib/sha256.ts";
import { signUrl } from "../../../functions/lib/signing.ts";
import type { AccountSession } from "../../../schema/contract/index.ts";
import { ask, db, ORIGIN, type Person } from "../cast.ts";
import type { Call, Entry, World } from "./entry.ts";

let made = 0;

async function keyOf({ owner }: World): Promise<Call> {
  const input = { name: `k${made++}`, scopes: ["read"] };
  const { id } = await owner.makeKey(input);
  return { path: `/v1/keys/${id}` };
}

/** Another session of the owner's, so that ending it leaves theirs. */
async function sessionOf({ owner }: World): Promise<Call> {
  await ask("POST", "/auth/sign-in/email", {
    body: { email: `${owner.handle}@example.com`, password: "correct horse" },
  });
  const headers = { cookie: owner.cookie, origin: ORIGIN };
  const { body } = await ask<{ items: AccountSession[] }>("GET", "/v1/account/sessions", { headers });
  return { path: `/v1/account/sessions/${body.items.find(({ current }) => !current)?.id}` };
}

async function passkeyOf({ owner }: World): Promise<string> {
  const id = `passkey-${made++}`;
  await db()
    .prepare(
      `INSERT INTO passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up)
       SELECT ?1, 'p', 'k', id, ?1, 0, 'singleDevice', 0 FROM users WHERE handle = ?2`,
    )
    .bind(id, owner.handle)
    .run();
  return `/v1/account/passkeys/${id}`;
}

const resetEmailCount = () =>
  db().prepare("DELETE FROM verifications WHERE identifier LIKE 'emails:%'").run();

const idOf = (who: Person) =>
  db().prepare("SELECT id FROM users WHERE handle = ?").bind(who.handle).first<string>("id");

/** Stands in an email about a training of theirs. */
async function stopLinkOf({ owner }: World): Promise<Call> {
  const address = await signUrl(env.UPLOAD_SIGNING_SECRET, {
    method: "POST",
    origin: ORIGIN,
    path: `/v1/training-emails/${await idOf(owner)}/stop`,
    expiresAt: Date.now() + 60_000,
  });
  return { path: address.slice(ORIGIN.length) };
}

/** What somebody follows who has asked for another address. */
async function changeOf(who: Person): Promise<string> {
  const token = String(made++).padStart(40, "0");
  const from = await db().prepare("SELECT email FROM users WHERE handle = ?").bind(who.handle).first("email");
  const input = { user_id: await idOf(who), from, to: `moved-${made}@example.com` };
  await db()
    .prepare(
      `INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 0, 0)`,
    )
    .bind(token, `change-email:${await sha256Hex(token)}`, JSON.stringify(input), Date.now() + 60_000)
    .run();
  return token;
}

export const account: Entry[] = [
  { route: "GET /v1/auth-methods", right: "anyone", call: () => ({ path: "/v1/auth-methods" }) },
  { route: "POST /v1/training-emails/{user}/stop", right: "signed", call: stopLinkOf },
  { route: "GET /v1/account", right: "caller", scope: "read", call: () => ({ path: "/v1/account" }) },
  { route: "GET /v1/keys", right: "caller", scope: "read", call: () => ({ path: "/v1/keys" }) },
  {
    route: "POST /v1/keys",
    right: "session",
    call: () => ({ path: "/v1/keys", body: { name: `k${made++}`, scopes: ["read"] } }),
  },
  {
    // A key rotates itself alone: test/functions/auth/keys.test.ts.
    route: "POST /v1/keys/{key}/rotate",
    right: "session",
    call: async (world) => ({ path: `${(await keyOf(world)).path}/rotate`, body: {} }),
  },
  { route: "DELETE /v1/keys/{key}", right: "owner", scope: "read", call: keyOf },
  {
    route: "GET /v1/users/{handle}",
    right: "anyone",
    call: ({ owner }) => ({ path: `/v1/users/${owner.handle}` }),
  },
  {
    route: "PATCH /v1/account/profile",
    right: "caller",
    scope: "publish",
    call: () => ({ path: "/v1/account/profile", body: { bio: `Bio ${made++}` } }),
  },
  {
    route: "GET /v1/account/sessions",
    right: "session",
    call: () => ({ path: "/v1/account/sessions" }),
  },
  { route: "DELETE /v1/account/sessions/{session}", right: "session", call: sessionOf },
  {
    route: "GET /v1/account/passkeys",
    right: "caller",
    scope: "read",
    call: () => ({ path: "/v1/account/passkeys" }),
  },
  {
    route: "PATCH /v1/account/passkeys/{passkey}",
    right: "session",
    call: async (world) => ({ path: await passkeyOf(world), body: { name: "phone" } }),
  },
  {
    route: "DELETE /v1/account/passkeys/{passkey}",
    right: "session",
    call: async (world) => ({ path: await passkeyOf(world) }),
  },
  {
    route: "POST /v1/account/verification",
    ends: true,
    right: "session",
    call: async ({ owner }) => {
      await resetEmailCount();
      await db().prepare("UPDATE users SET email_verified = 0 WHERE handle = ?").bind(owner.handle).run();
      return { path: "/v1/account/verification", body: {} };
    },
  },
  {
    route: "POST /v1/account/email",
    right: "session",
    call: async () => {
      await resetEmailCount();
      return { path: "/v1/account/email", body: { email: `new-${made++}@example.com` } };
    },
  },
  {
    route: "GET /v1/account/export",
    right: "session",
    call: () => ({ path: "/v1/account/export" }),
  },
  {
    route: "POST /v1/account/email/confirm",
    right: "session",
    ends: true,
    call: async ({ owner }) => ({
      path: "/v1/account/email/confirm",
      body: { token: await changeOf(owner) },
    }),
  },
  {
    route: "POST /v1/account/password",
    right: "session",
    ends: true,
    call: () => ({
      path: "/v1/account/password",
      body: { current_password: "correct horse", new_password: "new battery" },
    }),
  },
  {
    route: "DELETE /v1/account/sessions",
    right: "session",
    ends: true,
    call: () => ({ path: "/v1/account/sessions" }),
  },
  {
    route: "DELETE /v1/account",
    right: "session",
    ends: true,
    call: ({ owner }) => ({ path: "/v1/account", body: { confirm: owner.handle } }),
  },
];
