// Accounts for the edge tests. The first of a run signs up through HTTP; the others are its rows under another name, because the hash of
// the password is most of what a sign-up costs, and everybody has the same. Tests of signing up use `signUp` of cast.ts.

import { env } from "cloudflare:workers";
import { newId } from "../../functions/lib/ids.ts";

type Row = Record<string, string | number | null>;
type Signed = { cookie: string; user: Row; credential: Row; session: Row };

/** Rows of the first account, for all files of the run: they share one isolate, while each begins with an empty database. */
const kept = globalThis as { firstAccount?: Signed };

/** A verified account with a session; the browser's cookie. */
export async function account(name: string, signUp: (name: string) => Promise<string>): Promise<string> {
  const handle = name.toLowerCase();
  if (!kept.firstAccount) {
    const cookie = await signUp(name);
    await env.DB.prepare("UPDATE users SET email_verified = 1 WHERE handle = ?").bind(handle).run();
    kept.firstAccount = { cookie, ...(await rowsOf(handle)) };
    return cookie;
  }
  const { cookie, ...first } = kept.firstAccount;
  const now = Date.now();
  const times = { created_at: now, updated_at: now };
  const id = newId("usr", now);
  const user = { ...first.user, ...times, id, handle, name, email: `${handle}@example.com` };
  const token = crypto.randomUUID();
  const own = { ...times, user_id: id };
  const lasts = Number(first.session.expires_at) - Number(first.session.created_at);
  await env.DB.batch([
    insert("users", user),
    insert("credentials", { ...first.credential, ...own, id: crypto.randomUUID(), account_id: id }),
    insert("sessions", { ...first.session, ...own, id: crypto.randomUUID(), token, expires_at: now + lasts }),
  ]);
  return `${cookie.slice(0, cookie.indexOf("="))}=${encodeURIComponent(`${token}.${await signature(token)}`)}`;
}

async function rowsOf(handle: string): Promise<Omit<Signed, "cookie">> {
  const user = await row("SELECT * FROM users WHERE handle = ?", handle);
  const id = String(user.id);
  const credential = await row("SELECT * FROM credentials WHERE user_id = ?", id);
  const session = await row("SELECT * FROM sessions WHERE user_id = ?", id);
  return { user, credential, session };
}

async function row(sql: string, value: string): Promise<Row> {
  const found = await env.DB.prepare(sql).bind(value).first<Row>();
  if (!found) throw new Error(`${sql}: nothing for ${value}`);
  return found;
}

function insert(table: string, row: Row): D1PreparedStatement {
  const names = Object.keys(row);
  return env.DB.prepare(
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
  ).bind(...Object.values(row));
}

/** As better-auth signs its cookies: HMAC-SHA256 in base64. */
async function signature(value: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(env.BETTER_AUTH_SECRET), algorithm, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, bytes(value));
  return btoa(String.fromCharCode(...new Uint8Array(signed)));
}
