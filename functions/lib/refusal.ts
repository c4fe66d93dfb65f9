// An expected failure, as a value. Rules return it, routes turn it into a throw with `granted`, app.ts maps it to HTTP.

import type { ErrorCode, FileReason } from "../../schema/contract/codes.ts";
import type { Tombstone } from "../../schema/contract/problem.ts";

export type Fault = { pointer: string; detail: string; reason?: FileReason | undefined };

type More = {
  retryAfterSeconds?: number | undefined;
  tombstone?: Tombstone | undefined;
  wholeBytes?: number | undefined;
};

export class Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;
  /** For code 410: what was there before. */
  readonly tombstone: Tombstone | undefined;
  /** The length of the whole file, for an unsatisfiable range (RFC 9110, 15.5.17); downloaders use it to see that they have everything. */
  readonly wholeBytes: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    faults: readonly Fault[] = [],
    { retryAfterSeconds, tombstone, wholeBytes }: More = {},
  ) {
    this.code = code;
    this.detail = detail;
    this.faults = faults;
    this.retryAfterSeconds = retryAfterSeconds;
    this.tombstone = tombstone;
    this.wholeBytes = wholeBytes;
  }
}

/** The headers that say more than the body of a refusal, whichever API answers with it. */
export function refusalHeaders({ retryAfterSeconds, wholeBytes }: Refusal, contentType: string): Headers {
  const headers = new Headers({ "content-type": contentType, "cache-control": "no-store" });
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  if (wholeBytes !== undefined) headers.set("content-range", `bytes */${wholeBytes}`);
  return headers;
}

/** A refusal about one place in the request; `pointer` is a JSON pointer, or ?name for a query parameter. */
export function refuse(code: ErrorCode, detail: string, pointer?: string, reason?: FileReason): Refusal {
  return new Refusal(code, detail, pointer === undefined ? [] : [{ pointer, detail, reason }]);
}

/** Refuses what was removed, with its tombstone. */
export const gone = (code: ErrorCode, detail: string, tombstone: Tombstone) =>
  new Refusal(code, detail, [], { tombstone });

/** What `granted` throws: the only way a refusal crosses a route. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.detail}`);
    this.refusal = refusal;
  }
}

/** The value, or a throw of the refusal it is. For routes only. */
export function granted<T>(value: T | Refusal): T {
  if (value instanceof Refusal) throw new Refused(value);
  return value;
}

/** Refuses from a route. */
export function deny(refusal: Refusal): never {
  throw new Refused(refusal);
}
