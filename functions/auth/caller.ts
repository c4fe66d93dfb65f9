// Who is asking: a session cookie or an API key becomes one Caller. Rights are checked here and nowhere by hand.

import { createMiddleware } from "hono/factory";
import type { Scope } from "../../schema/contract/account.ts";
import type { Id } from "../../schema/contract/ids.ts";
import type { App } from "../context.ts";
import type { Env } from "../env.ts";
import { granted, Refusal, Refused, refuse } from "../lib/refusal.ts";
import { callerOfKey, isOurs } from "./keys.ts";
import { pageRequest } from "./page-keys.ts";
import { isListed, type Role } from "./roles.ts";
import { callerOfSession } from "./sessions.ts";

export type Caller = {
  id: Id<"usr">;
  handle: string;
  name: string;
  email: string;
  emailVerified: boolean;
  role: Role;
  /** Set while the account is suspended: it reads, but writes nothing. */
  suspendedAt: number | null;
  createdAt: Date;
  /** Of a cookie; null for a key. */
  session: { id: string; createdAt: Date } | null;
  signedInBy: "session" | "key";
  scopes: readonly Scope[];
  /** When the key that speaks here ends; null for a session and for a key without an end. */
  keyExpiresAt: number | null;
  /** Of a publishable key: which one, and the pages that may use it. */
  pageKey: { id: Id<"key">; origins: readonly string[] } | null;
};

/** A signed-in person may do everything but act as a runner: runners are machines and carry a key. */
export const SESSION_SCOPES: readonly Scope[] = ["read", "publish", "generate"];

export const identify = createMiddleware<App>(async (c, next) => {
  const authorization = c.req.header("authorization");
  const cookie = c.req.header("cookie");
  let caller: Caller | null = null;
  if (authorization !== undefined) {
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (!token) throw new Refused(refuse("key_invalid", "Send `Authorization: Bearer opx_...`."));
    caller = await callerOfKey(c.env, c.var.db, token, c.var.now);
    if (!caller && !isForeignKey(c.req.method, c.req.path, token))
      throw new Refused(refuse("key_invalid", "This API key is unknown, expired or revoked."));
    if (caller?.pageKey) {
      c.set("pageOrigins", caller.pageKey.origins);
      granted(pageRequest(caller.pageKey.origins, c.req.method, c.req.path, c.req.header("origin")));
    }
  } else if (cookie?.includes("better-auth.")) {
    caller = await callerOfSession(c.env, c.var.db, c.var.origin, c.req.raw.headers);
    if (caller && isForeignWrite(c.req.raw, c.var.origin)) {
      throw new Refused(refuse("not_granted", "A page of another origin may not act with your session."));
    }
  }
  c.set("caller", caller);
  // A key that everybody can read sees what everybody sees.
  c.set("viewer", caller?.scopes.includes("read") && !caller.pageKey ? caller : null);
  await next();
});

/** Readers of Civitai's API are sent on to a version's own download, and bring the key of Civitai that they have. */
const isForeignKey = (method: string, path: string, token: string): boolean =>
  (method === "GET" || method === "HEAD") && /^\/v1\/versions\/[^/]+\/download$/.test(path) && !isOurs(token);

/** Cookies travel with cross-site requests of old browsers; the Origin header tells who sent them. */
function isForeignWrite(request: Request, origin: string): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  const sender = request.headers.get("origin");
  return sender !== null && sender !== origin;
}

const SIGN_IN = new Refusal("auth_required", "Sign in, or send `Authorization: Bearer opx_...`.");
const SUSPENDED = new Refusal(
  "account_suspended",
  "This account is suspended. It can still read, appeal, export its data and be deleted.",
);

/** The caller if there is one and it holds the scope. `read` is all that a suspended account keeps. */
export function callerWith(caller: Caller | null, scope: Scope): Caller | Refusal {
  if (!caller) return SIGN_IN;
  if (!caller.scopes.includes(scope)) {
    const yours = caller.scopes.join(", ");
    return new Refusal("scope_missing", `This needs the scope \`${scope}\`; yours are ${yours}.`);
  }
  return scope === "read" ? caller : active(caller);
}

/** The caller, unless the account is suspended. For writes that any scope may do. */
export function active(caller: Caller): Caller | Refusal {
  return caller.suspendedAt === null ? caller : SUSPENDED;
}

/** The signed-in person themselves, never a key of theirs. A suspended one too: leaving and appealing stay open. */
export function sessionOf(caller: Caller | null): Caller | Refusal {
  if (!caller) return SIGN_IN;
  if (caller.signedInBy === "session") return caller;
  return new Refusal("session_required", "Only a signed-in person may do this: sign in on the site.");
}

/** A signed-in moderator. */
export function moderatorOf(caller: Caller | null): Caller | Refusal {
  const person = sessionOf(caller);
  if (person instanceof Refusal) return person;
  if (person.role !== "moderator") return new Refusal("not_granted", "Only moderators may do this.");
  return active(person);
}

/** A signed-in operator. */
export function operatorOf(caller: Caller | null, env: OperatorSettings): Caller | Refusal {
  const person = sessionOf(caller);
  if (person instanceof Refusal) return person;
  if (!isOperator(person, env)) return new Refusal("not_granted", "Only operators may do this.");
  return active(person);
}

/** A listed address counts only once it is verified; a local server trusts the account that it made itself. */
type OperatorSettings = Pick<Env, "OPERATOR_EMAILS" | "OPERATORS_UNVERIFIED">;

/** Operators' runners serve everybody's jobs; anyone else's runner serves only its owner's. */
export function isOperator(caller: Caller, env: OperatorSettings): boolean {
  const trusted = caller.emailVerified || env.OPERATORS_UNVERIFIED === "true";
  return trusted && isListed(caller.email, env.OPERATOR_EMAILS);
}
