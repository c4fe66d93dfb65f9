// When the operations page shows a runner as silent.

import { describe, expect, it } from "vitest";
import { RUNNER_SEEN_SECONDS } from "../../schema/contract/limits.ts";
import { isSilent } from "../../site/pages/operations/is-silent.ts";

describe("a runner", () => {
  const last_seen_at = "2026-11-25T10:00:00.000Z";
  const later = (seconds: number) => Date.parse(last_seen_at) + seconds * 1000;

  it("is silent after two minutes without a request for work", () => {
    expect(isSilent({ holds: 0, last_seen_at }, later(RUNNER_SEEN_SECONDS))).toBe(false);
    expect(isSilent({ holds: 0, last_seen_at }, later(RUNNER_SEEN_SECONDS + 1))).toBe(true);
  });

  it("that is working is not silent, however long it takes", () => {
    expect(isSilent({ holds: 1, last_seen_at }, later(3_600))).toBe(false);
  });
});
