// The caller of a request and what it may do: every check of a scope or a role is one of these functions. Pure; auth/caller.ts finds out who
// the caller is.

import type { Scope } from "../../schema/contract/account.ts";
import type { Id } from "../../schema/contract/ids.ts";
import type { Env } from "../env.ts";
import { Refusal } from "../lib/refusal.ts";
import { isListed, type Role } from "./roles.ts";

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
  /** Of the cookie; null for a key. */
  session: { id: string; createdAt: Date } | null;
  signedInBy: "session" | "key";
  scopes: readonly Scope[];
  /** The key of the request; null for a session. */
  keyId: Id<"key"> | null;
  /** When the key expires; null for a session and for a key without expiry. */
  keyExpiresAt: number | null;
  /** Of a publishable key: which one, and the pages that may use it. */
  pageKey: { id: Id<"key">; origins: readonly string[] } | null;
};

/** A signed-in person may do everything but act as a runner: runners are machines and carry a key. */
export const SESSION_SCOPES: readonly Scope[] = ["read", "publish", "generate"];

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

/** The signed-in person, never one of their keys. A suspended one too: deleting the account and appealing stay open. */
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
