// Who is asking: a session cookie or an API key becomes one Caller. Rights are checked here and nowhere by hand.

import { createMiddleware } from "hono/factory";
import type { Scope } from "../../schema/contract/account.ts";
import type { Id } from "../../schema/contract/ids.ts";
import type { App } from "../context.ts";
import { Refusal, Refused, refuse } from "../lib/refusal.ts";
import { callerOfKey } from "./keys.ts";
import { callerOfSession } from "./sessions.ts";

export type Caller = {
  id: Id<"usr">;
  handle: string;
  name: string;
  email: string;
  createdAt: Date;
  signedInBy: "session" | "key";
  scopes: readonly Scope[];
  /** When the key that speaks here ends; null for a session and for a key without an end. */
  keyExpiresAt: number | null;
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
    caller = await callerOfKey(c.var.db, token, c.var.now);
    if (!caller) throw new Refused(refuse("key_invalid", "This API key is unknown, expired or revoked."));
  } else if (cookie?.includes("better-auth.")) {
    caller = await callerOfSession(c.env, c.var.db, c.var.origin, c.req.raw.headers);
    if (caller && isForeignWrite(c.req.raw, c.var.origin)) {
      throw new Refused(refuse("not_granted", "A page of another origin may not act with your session."));
    }
  }
  c.set("caller", caller);
  await next();
});

/** Cookies travel with cross-site requests of old browsers; the Origin header tells who sent them. */
function isForeignWrite(request: Request, origin: string): boolean {
  if (request.method === "GET" || request.method === "HEAD") return false;
  const sender = request.headers.get("origin");
  return sender !== null && sender !== origin;
}

/** The caller if there is one and it holds the scope. */
export function callerWith(caller: Caller | null, scope: Scope): Caller | Refusal {
  if (!caller) return new Refusal("auth_required", "Sign in, or send `Authorization: Bearer opx_...`.");
  if (caller.scopes.includes(scope)) return caller;
  return new Refusal(
    "scope_missing",
    `This needs the scope \`${scope}\`; yours are ${caller.scopes.join(", ")}.`,
  );
}

/** Operators' runners serve everybody's jobs; anyone else's runner serves only its owner's. */
export function isOperator(caller: Caller, operatorEmails: string | undefined): boolean {
  const emails = (operatorEmails ?? "").split(",").map((email) => email.trim().toLowerCase());
  return emails.includes(caller.email.toLowerCase());
}
