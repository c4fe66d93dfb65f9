// An expected failure, as a value. Rules return it, routes turn it into a throw with `granted`, app.ts maps it to HTTP.

import type { ErrorCode, FileReason } from "../../schema/contract/codes.ts";

export type Fault = { pointer: string; detail: string; reason?: FileReason | undefined };

export class Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, faults: readonly Fault[] = [], retryAfterSeconds?: number) {
    this.code = code;
    this.detail = detail;
    this.faults = faults;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A refusal about one place in the request; `pointer` is a JSON pointer, or ?name for a query parameter. */
export function refuse(code: ErrorCode, detail: string, pointer?: string, reason?: FileReason): Refusal {
  return new Refusal(code, detail, pointer === undefined ? [] : [{ pointer, detail, reason }]);
}

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
