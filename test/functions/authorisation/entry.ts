// One line of the authorisation matrix: how to call a route, and who may. matrix.test.ts derives from it what anybody gets.

import type { Scope } from "../../../schema/contract/index.ts";
import type { Person } from "../cast.ts";

/**
 * anyone: nobody needs to sign in.
 * caller: whoever is signed in, with a key of `scope` or a session.
 * owner: only the owner of the thing; others get 403 or 404.
 * session: like caller, but never a key (403 session_required).
 * moderator: a session whose account has the role moderator.
 * operator: a session whose email stands in OPERATOR_EMAILS.
 * machine: a key of `scope` of somebody whose email stands in OPERATOR_EMAILS.
 * signed: the signature in the address is the right; keys and sessions change nothing.
 */
export type Right =
  | "anyone"
  | "caller"
  | "owner"
  | "session"
  | "moderator"
  | "operator"
  | "machine"
  | "signed";

export type World = {
  /** Owns what the entries name. */
  owner: Person;
  /** Somebody else, with every scope. */
  other: Person;
  /** Has the role moderator. */
  moderator: Person;
  /** Its email stands in OPERATOR_EMAILS. */
  operator: Person;
};

export type Call = { path: string; body?: unknown; headers?: Record<string, string> };

export type Entry = {
  /** As the OpenAPI document has it: "GET /v1/adapters/{owner}/{name}". */
  route: string;
  right: Right;
  /** What a key needs; absent for anyone, session, moderator and signed. */
  scope?: Scope;
  /** The key needs this one beside. */
  also?: Scope;
  /** The call ends the account or the sessions of who makes it: another owner stands in for it. */
  ends?: true;
  /**
   * Prepares a fresh thing of `world.owner` and says how to call the route on it. Refused callers try it first, those who may
   * come last, so that a call may destroy what it names.
   */
  call: (world: World) => Promise<Call> | Call;
};
