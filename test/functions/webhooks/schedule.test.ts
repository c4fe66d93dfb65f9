// When a delivery is retried, and when an endpoint is disabled.

import { describe, expect, it } from "vitest";
import { disabling, type Outcome, retryAfterSeconds, retryAt } from "../../../functions/webhooks/schedule.ts";
import {
  WEBHOOK_FAILING_DAYS_MAX,
  WEBHOOK_FAILURES_MAX,
  WEBHOOK_JITTER,
  WEBHOOK_RETRY_AFTER_MAX_SECONDS,
  WEBHOOK_RETRY_SECONDS,
} from "../../../schema/contract/limits.ts";

const refused: Outcome = { status: 503, error: "no", retryAfterSeconds: null };
const DAY_MS = 86_400_000;

describe("attempts", () => {
  it("have growing delays over nearly a day, each with jitter", () => {
    let [least, most] = [0, 0];
    for (const [i, seconds] of WEBHOOK_RETRY_SECONDS.entries()) {
      const early = (retryAt(refused, i + 1, 0, 0) ?? 0) / 1000;
      const late = (retryAt(refused, i + 1, 0, 0.999_999) ?? 0) / 1000;
      expect(early).toBeCloseTo(seconds * (1 - WEBHOOK_JITTER), 1);
      expect(late).toBeCloseTo(seconds * (1 + WEBHOOK_JITTER), 1);
      expect(seconds).toBeGreaterThanOrEqual(WEBHOOK_RETRY_SECONDS[i - 1] ?? 0);
      least += early;
      most += late;
    }
    expect(least).toBeGreaterThan(20 * 3_600);
    expect(most).toBeLessThan(27 * 3_600);
  });

  it("end with the schedule", () => {
    expect(retryAt(refused, WEBHOOK_RETRY_SECONDS.length, 0, 0.5)).not.toBeNull();
    expect(retryAt(refused, WEBHOOK_RETRY_SECONDS.length + 1, 0, 0.5)).toBeNull();
  });

  it("end at once with 410", () => {
    expect(retryAt({ ...refused, status: 410 }, 1, 0, 0.5)).toBeNull();
  });

  it("respect Retry-After if it is later, within its bound", () => {
    expect(retryAt({ ...refused, retryAfterSeconds: 900 }, 1, 1_000, 0.5)).toBe(901_000);
    expect(retryAt({ ...refused, retryAfterSeconds: 1 }, 3, 0, 0.5)).toBe(120_000);
    expect(retryAt({ ...refused, retryAfterSeconds: 1e9 }, 1, 0, 0.5)).toBe(
      WEBHOOK_RETRY_AFTER_MAX_SECONDS * 1000,
    );
  });

  it("read Retry-After as seconds or as a date", () => {
    const now = Date.parse("2026-11-25T10:00:00Z");
    expect(retryAfterSeconds("120", now)).toBe(120);
    expect(retryAfterSeconds("Wed, 25 Nov 2026 10:01:30 GMT", now)).toBe(90);
    expect(retryAfterSeconds("Wed, 25 Nov 2026 09:00:00 GMT", now)).toBe(0);
    expect(retryAfterSeconds("soon", now)).toBeNull();
    expect(retryAfterSeconds(null, now)).toBeNull();
  });
});

describe("an endpoint", () => {
  const long = WEBHOOK_FAILING_DAYS_MAX * DAY_MS;

  it("is disabled after enough failures over enough time", () => {
    const often = WEBHOOK_FAILURES_MAX - 1;
    expect(disabling(refused, { failures: often, failingSince: 0 }, long)).toBe("failing");
    expect(disabling(refused, { failures: often, failingSince: 1 }, long)).toBeNull();
    expect(disabling(refused, { failures: often - 1, failingSince: 0 }, long)).toBeNull();
    expect(disabling(refused, { failures: 0, failingSince: null }, long)).toBeNull();
  });

  it("is disabled at once with 410", () => {
    expect(disabling({ ...refused, status: 410 }, { failures: 0, failingSince: null }, 0)).toBe("gone");
  });
});
