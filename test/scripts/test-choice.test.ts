import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { chooseChanged, chooseNamed, testsOf } from "../../scripts/test/choice.ts";
import { STAGES } from "../../scripts/test/stages.ts";

const LEASE = "test/functions/dispatch/lease.test.ts";
const TESTS = [
  LEASE,
  "test/functions/dispatch/lease-order.test.ts",
  "test/functions/dispatch/settle.test.ts",
  "test/runner/ortho/test_basis.py",
  "test/runner/ortho/test_slot.py",
  "test/site/form.test.ts",
  "test/scripts/cli.test.ts",
];
const IMPORTING: Record<string, string> = {
  "test/runner/ortho/test_basis.py": "from orthoplex.ortho.crosstalk import overlap\n",
  [TESTS[2] as string]: 'import { costOf } from "../../../functions/dispatch/cost.ts";\n',
};
const textOf = (test: string) => IMPORTING[test] ?? "";
const names = (chosen: ReturnType<typeof chooseChanged>) => chosen.map(({ stage }) => stage.name);

test("a source file has the tests of its name, else those of its folder", () => {
  assert.deepEqual(testsOf("functions/dispatch/lease.ts", TESTS, textOf), [
    LEASE,
    "test/functions/dispatch/lease-order.test.ts",
  ]);
  assert.deepEqual(testsOf("functions/dispatch/sweep.ts", TESTS, textOf), TESTS.slice(0, 3));
  assert.deepEqual(testsOf("gpu-runner/orthoplex/ortho/slot.py", TESTS, textOf), [
    "test/runner/ortho/test_slot.py",
  ]);
  assert.deepEqual(testsOf("docs/api.md", TESTS, textOf), []);
  assert.deepEqual(testsOf("test/functions/gone.test.ts", TESTS, textOf), []);
});

test("a file without a test of its name has the tests that import it, and those that share a word with it", () => {
  assert.deepEqual(testsOf("functions/dispatch/cost.ts", TESTS, textOf), [TESTS[2]]);
  assert.deepEqual(testsOf("functions/dispatch/order-rules.ts", TESTS, textOf), [TESTS[1]]);
  assert.deepEqual(testsOf("gpu-runner/orthoplex/ortho/crosstalk.py", TESTS, textOf), [
    "test/runner/ortho/test_basis.py",
  ]);
});

test("a change runs the quick stages that it concerns and the tests that mirror it", () => {
  assert.deepEqual(names(chooseChanged(STAGES, ["docs/api.md"], TESTS, textOf)), ["repo"]);
  assert.deepEqual(names(chooseChanged(STAGES, ["functions/dispatch/lease.ts"], TESTS, textOf)), [
    ...["types", "biome", "knip", "repo", "edge"],
  ]);
  assert.deepEqual(names(chooseChanged(STAGES, ["gpu-runner/orthoplex/ortho/slot.py"], TESTS, textOf)), [
    ...["ruff", "mypy", "repo", "runner-rest"],
  ]);
  assert.deepEqual(chooseChanged(STAGES, [], TESTS, textOf), []);
});

test("stages and test files can be named together; anything else is refused", () => {
  const chosen = chooseNamed(STAGES, ["site", LEASE]);
  assert.ok(typeof chosen !== "string");
  assert.deepEqual(names(chosen), ["edge", "site"]);
  assert.equal(chosen[0]?.commands[0]?.at(-1), LEASE);
  assert.match(String(chooseNamed(STAGES, ["sites"])), /No stage or test file is called sites/);
});

test("a name stands for all stages that begin with it, and every test of a split suite is in one of them", () => {
  const chosen = chooseNamed(STAGES, ["runner"]);
  assert.ok(typeof chosen !== "string");
  assert.deepEqual(names(chosen), ["runner-rest", "runner-bases"]);
  const [rest, bases] = chosen.map(({ commands }) => commands[0]?.at(-1));
  assert.deepEqual([rest, bases], ["--ignore=test/runner/bases", "test/runner/bases"]);
  const files = [
    "test/runner/bases/test_sd.py",
    "test/runner/ortho/test_slot.py",
    "test/journeys/cli.test.ts",
  ];
  const halves = chooseNamed(STAGES, [...files, "test/journeys/share.test.ts"]);
  assert.ok(typeof halves !== "string");
  assert.deepEqual(
    halves.map(({ stage, commands }) => [stage.name, commands[0]?.at(-1)]),
    [
      ["runner-rest", files[1]],
      ["journey", "test/journeys/share.test.ts"],
      ["runner-bases", files[0]],
      ["pages", files[2]],
    ],
  );
});

test("every stage that runs some files names folders that exist", () => {
  for (const folder of [
    "scripts",
    "docs",
    "functions",
    "schema",
    "site",
    "runner",
    "chaos",
    "clients",
    "journeys",
  ]) {
    assert.ok(existsSync(`${import.meta.dirname}/../${folder}`), folder);
  }
});
