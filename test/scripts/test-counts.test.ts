import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, countsIn, noCounts } from "../../scripts/test/counts.ts";

test("reads Vitest's closing lines, not the line that counts files", () => {
  const output =
    " Test Files  1 failed | 3 passed (4)\n      Tests  2 failed | 20 passed | 1 skipped (23)\n   Duration  9.1s";
  assert.deepEqual(countsIn(output), { passed: 20, failed: 2, skipped: 1 });
});

test("reads through terminal colours", () => {
  assert.deepEqual(countsIn("\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m7 passed\x1b[39m\x1b[22m (7)"), {
    passed: 7,
    failed: 0,
    skipped: 0,
  });
});

test("reads pytest's summary with and without its frame", () => {
  assert.deepEqual(countsIn("=== 3 failed, 120 passed, 1 skipped in 9.21s ==="), {
    passed: 120,
    failed: 3,
    skipped: 1,
  });
  assert.deepEqual(countsIn("12 passed in 0.40s"), { passed: 12, failed: 0, skipped: 0 });
});

test("counts pytest's errors as failures", () => {
  assert.deepEqual(countsIn("1 passed, 2 errors in 1.00s"), { passed: 1, failed: 2, skipped: 0 });
});

test("reads node:test's closing lines", () => {
  assert.deepEqual(countsIn("ℹ tests 6\nℹ pass 4\nℹ fail 1\nℹ skipped 1\nℹ duration_ms 80"), {
    passed: 4,
    failed: 1,
    skipped: 1,
  });
});

test("finds nothing in the output of a linter", () => {
  assert.deepEqual(countsIn("Checked 120 files in 90ms. No fixes applied."), noCounts);
});

test("adds counts", () => {
  assert.deepEqual(addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 20, skipped: 30 }), {
    passed: 11,
    failed: 22,
    skipped: 33,
  });
});
