import assert from "node:assert/strict";
import { test } from "node:test";
import { benchmarksPage } from "../../scripts/bench/page.ts";
import { isInBand, meets, type Row } from "../../scripts/bench/rows.ts";

const row = (changes: Partial<Row> = {}): Row => ({
  id: "merge",
  what: "a merge",
  against: "memcpy",
  goal: "<= 1.5",
  band: [0.5, 12],
  ratio: 3,
  spread: [2.9, 3.2],
  rounds: 9,
  seconds: [3, 1],
  note: "64 layers",
  closes: "A fused kernel.",
  ...changes,
});

test("a goal is met from its own side", () => {
  assert.equal(meets(row()), false);
  assert.equal(meets(row({ ratio: 1.5 })), true);
  assert.equal(meets(row({ goal: ">= 10", ratio: 9.9 })), false);
  assert.equal(meets(row({ goal: "> 1", ratio: 1 })), false);
  assert.throws(() => meets(row({ goal: "fast" })), /No goal/);
});

test("a band allows its ends and nothing beyond them", () => {
  assert.equal(isInBand(row({ ratio: 12 })), true);
  assert.equal(isInBand(row({ ratio: 12.1 })), false);
  assert.equal(isInBand(row({ ratio: 0.4 })), false);
});

test("the page says of each missed goal by how much, and what would close it", () => {
  const stored = { commit: "abc1234", machine: "2 × CPU", load: 4.4, threads: 1 };
  const page = benchmarksPage([
    { ...row(), ...stored },
    { ...row({ id: "unmerge", what: "an unmerge", ratio: 1 }), ...stored },
  ]);
  assert.match(
    page,
    /\| a merge \| memcpy \| <= 1\.5 \| 3\.00 \(2\.90 to 3\.20\) \| missed 2\.00x \| 9 \| 64 layers \| abc1234, load 4 \|/,
  );
  assert.match(page, /\| an unmerge .*\| met \|/);
  const gaps = page.split("## What was missed")[1] ?? "";
  assert.match(gaps, /a merge, against memcpy\*\*: 3\.00, goal <= 1\.5\. A fused kernel\./);
  assert.doesNotMatch(gaps, /an unmerge/);
});
