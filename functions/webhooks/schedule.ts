// The consequences of an attempt for its delivery and its endpoint. Pure: clock and randomness are arguments.

import {
  WEBHOOK_FAILING_DAYS_MAX,
  WEBHOOK_FAILURES_MAX,
  WEBHOOK_JITTER,
  WEBHOOK_RETRY_AFTER_MAX_SECONDS,
  WEBHOOK_RETRY_SECONDS,
} from "../../schema/contract/limits.ts";
import { DAY_MS } from "../lib/clock.ts";

const GONE = 410;

export type Outcome = {
  /** Null if there was no response. */
  status: number | null;
  /** Null if it arrived. */
  error: string | null;
  retryAfterSeconds: number | null;
};

/** When to try again after `tries` attempts, or null when that was the last. `chance` lies in [0, 1). */
export function retryAt(outcome: Outcome, tries: number, now: number, chance: number): number | null {
  const pause = WEBHOOK_RETRY_SECONDS[tries - 1];
  if (pause === undefined || outcome.status === GONE) return null;
  const stretched = pause * (1 + WEBHOOK_JITTER * (2 * chance - 1));
  const asked = Math.min(outcome.retryAfterSeconds ?? 0, WEBHOOK_RETRY_AFTER_MAX_SECONDS);
  return now + Math.round(1000 * Math.max(stretched, asked));
}

type Health = { failures: number; failingSince: number | null };

/** Why an endpoint is to be disabled after one more failure, or null. */
export function disabling(outcome: Outcome, health: Health, now: number): "gone" | "failing" | null {
  if (outcome.status === GONE) return "gone";
  const long = now - (health.failingSince ?? now) >= WEBHOOK_FAILING_DAYS_MAX * DAY_MS;
  return long && health.failures + 1 >= WEBHOOK_FAILURES_MAX ? "failing" : null;
}

/** Seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date. */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}
