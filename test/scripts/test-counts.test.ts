import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, countsIn, failedFiles, failuresIn, noCounts } from "../../scripts/test/counts.ts";

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

test("repeats what a runner says of its failures, without what stands before and after", () => {
  const vitest =
    " ✓ a.test.ts\n⎯⎯ Failed Tests 1 ⎯⎯\n\n FAIL  b.test.ts > breaks\nAssertionError: 1\n\n Test Files  1 failed";
  assert.deepEqual(failuresIn(vitest), [
    "⎯⎯ Failed Tests 1 ⎯⎯",
    "",
    " FAIL  b.test.ts > breaks",
    "AssertionError: 1",
    "",
  ]);
  const pytest = "F [100%]\n==== FAILURES ====\n____ test_x ____\nE assert 1 == 2\n1 failed in 0.08s";
  assert.equal(failuresIn(pytest)[1], "____ test_x ____");
  const node = "✖ outer\nℹ fail 1\n\n✖ failing tests:\n\n✖ breaks (4.8ms)";
  assert.deepEqual(failuresIn(node), ["✖ failing tests:", "", "✖ breaks (4.8ms)"]);
});

test("repeats the last lines of a program without such a section, and never more than the limit", () => {
  assert.deepEqual(failuresIn("a\nb\nc\n", 2), ["b", "c"]);
  assert.equal(failuresIn(`==== FAILURES ====\n${"x\n".repeat(500)}`).length, 60);
});

test("names the test files that failed, each once", () => {
  const vitest =
    "\x1b[31m FAIL \x1b[39m test/functions/a.test.ts > one\n FAIL  test/functions/a.test.ts > two";
  assert.deepEqual(failedFiles(vitest), ["test/functions/a.test.ts"]);
  const node = "✖ failing tests:\n\ntest at test/journeys/b.test.ts:2:43\n✖ breaks (4.8ms)";
  assert.deepEqual(failedFiles(node), ["test/journeys/b.test.ts"]);
  const step =
    "test at test/journeys/steps.ts:23:5\n✖ counts (6ms)\n  AssertionError: 0 !== 1\n      at file:///app/test/journeys/e.test.ts:70:12\n      at async TestContext (file:///app/test/journeys/steps.ts:27:9)";
  assert.deepEqual(failedFiles(step), ["test/journeys/e.test.ts"]);
  const pytest = "FAILED test/runner/c/test_c.py::test_x[1] - assert 1 == 2\nERROR test/contract/test_d.py";
  assert.deepEqual(failedFiles(pytest), ["test/runner/c/test_c.py", "test/contract/test_d.py"]);
  assert.deepEqual(failedFiles("error TS2322: a.test.ts"), []);
});
