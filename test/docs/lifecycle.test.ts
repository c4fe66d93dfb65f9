// docs/lifecycle.md is what the code does: its diagram and its tables come from functions/dispatch/lifecycle.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { diagram, EVENTS, type Event, LIFE, STATES } from "../../functions/dispatch/lifecycle.ts";

const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "lifecycle.md"), "utf8");

test("the diagram is the table", () => {
  assert.equal(/```mermaid\n([^`]+)\n```/.exec(page)?.[1], diagram());
});

test("explains every event in the words of the code", () => {
  for (const [event, words] of Object.entries(EVENTS))
    assert.ok(page.includes(`| \`${event}\` | ${words} |`), event);
});

test("contains every cell of the table", () => {
  for (const event of Object.keys(EVENTS) as Event[]) {
    const cells = STATES.map((state) => {
      const step = LIFE[state][event];
      return step ? [step.to, ...step.effects.map((effect) => `+${effect}`)].join(" ") : "–";
    });
    assert.ok(page.includes(`| \`${event}\` | ${cells.join(" | ")} |`), event);
  }
});
