// The one map from a failure to HTTP. The reply to an unexpected error says nothing about its cause.

import { HTTPException } from "hono/http-exception";
import { ERROR_CODES, type ErrorCode } from "../../schema/contract/codes.ts";
import type { Problem } from "../../schema/contract/problem.ts";
import { Refusal, Refused, refusalHeaders } from "./refusal.ts";

export function problemOf(refusal: Refusal, instance: string): Problem {
  const { status, title } = ERROR_CODES[refusal.code];
  return {
    type: `/docs/errors#${refusal.code}`,
    title,
    status,
    detail: refusal.detail,
    instance,
    code: refusal.code,
    errors: refusal.faults.map(({ pointer, detail, reason }) => ({
      pointer,
      detail,
      ...(reason && { reason }),
    })),
    error: {
      message: refusal.detail,
      type: openAiType(status),
      param: paramOf(refusal.faults[0]?.pointer),
      code: refusal.code,
    },
    ...(refusal.tombstone && { tombstone: refusal.tombstone }),
  };
}

/** OpenAI's way of naming a place: /adapters/1/ref is adapters[1].ref. */
function paramOf(pointer: string | undefined): string | null {
  if (pointer === undefined || !pointer.startsWith("/")) return pointer ?? null;
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".");
}

export function problemResponse(refusal: Refusal, instance: string): Response {
  const problem = problemOf(refusal, instance);
  const headers = refusalHeaders(refusal, "application/problem+json");
  if (problem.status === 401) headers.set("www-authenticate", 'Bearer realm="orthoplex"');
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** What triggers of schema/migrations/0021_deleted_accounts.sql refuse: an account was deleted between the caller's lookup and the write. */
const RACED: Record<string, Refusal> = {
  account_deleted: new Refusal(
    "auth_required",
    "This account was deleted. Nothing of this request was stored.",
  ),
  person_deleted: new Refusal("not_found", "This account was deleted."),
};

/** D1's error has SQLite's text in its message, and Drizzle's has D1's as its cause. */
function racedOf(error: unknown): Refusal | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const [, name = ""] = /\b(account_deleted|person_deleted): SQLITE_CONSTRAINT/.exec(cause.message) ?? [];
    if (RACED[name]) return RACED[name];
  }
  return undefined;
}

/** Every throw that reaches the app: a refusal, one of Hono's own, a write in the name of a deleted account, or an unexpected error. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const raced = racedOf(error);
  if (raced) return raced;
  if (error instanceof HTTPException) return new Refusal(codeOf(error.status), detailOf(error.status));
  return new Refusal("internal", "Something failed on our side. Nothing you sent is lost; try again.");
}

function codeOf(status: number): ErrorCode {
  if (status === 400) return "json_invalid";
  if (status === 413) return "body_too_large";
  if (status === 415) return "content_type_unsupported";
  return "internal";
}

export const JSON_INVALID = new Refusal(
  "json_invalid",
  "The body is not valid JSON. Look for a missing quote, comma or bracket, and for NaN or Infinity, which JSON has no word for.",
);

function detailOf(status: number): string {
  if (status === 400) return JSON_INVALID.detail;
  if (status === 413) return "The body is larger than this route accepts.";
  if (status === 415) return "Send the body as application/json.";
  return "Something failed on our side.";
}

function openAiType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
