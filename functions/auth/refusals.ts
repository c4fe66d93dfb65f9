// Our own refusals inside better-auth's routes. better-auth passes an APIError on; on the way out it becomes the error body of the rest of the API,
// with better-auth's `message` beside it for its clients. better-auth's own refusals stay as they are: {code, message}.

import { APIError } from "better-auth/api";
import { ERROR_CODES, type ErrorCode } from "../../schema/contract/codes.ts";
import { problemResponse } from "../lib/problem.ts";
import { type Fault, Refusal } from "../lib/refusal.ts";

type Status = ConstructorParameters<typeof APIError>[0];
type Passed = { code: ErrorCode; message: string; faults: readonly Fault[]; retryAfterSeconds?: number };

/** To throw where better-auth calls our code. */
export function authRefusal({ code, detail, faults, retryAfterSeconds }: Refusal): APIError {
  return new APIError(ERROR_CODES[code].status as Status, {
    ...{ code, message: detail, faults, retryAfterSeconds },
  });
}

/** better-auth's codes are in capitals, ours are not. */
const isOurs = (body: unknown): body is Passed =>
  typeof body === "object" &&
  body !== null &&
  "code" in body &&
  "faults" in body &&
  String(body.code) in ERROR_CODES;

export async function withProblem(response: Response, instance: string): Promise<Response> {
  if (response.ok || !response.headers.get("content-type")?.includes("json")) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  if (!isOurs(body)) return response;
  const { code, message, faults, retryAfterSeconds } = body;
  const problem = problemResponse(new Refusal(code, message, faults, { retryAfterSeconds }), instance);
  const said = { ...(await problem.json<object>()), message };
  return new Response(JSON.stringify(said), { status: problem.status, headers: problem.headers });
}
