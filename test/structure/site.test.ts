// What the site takes from elsewhere: values from functions/lib only where the browser computes what the edge computes, types from the
// typed client, numbers from the contract. Nothing of it may reach the Worker's own code.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { typescriptGraph } from "./imports.ts";

const ROOT = join(import.meta.dirname, "..", "..");
/** The adapter file and its mathematics, crosstalk, and the sizes of a base: docs/decisions/0013. */
const SHARED = [
  "adapter-header.ts",
  "base-sizes.ts",
  "basis.ts",
  "crosstalk.ts",
  "foreign-header.ts",
  "safetensors.ts",
  "slot.ts",
].map((name) => `functions/lib/${name}`);

test("the site imports from functions/ only the shared mathematics", () => {
  const graph = typescriptGraph(ROOT, ["site", "functions", "schema"]);
  const reached = new Map<string, string>();
  const follow = (file: string, from: string) => {
    if (reached.has(file)) return;
    reached.set(file, from);
    for (const next of graph.get(file) ?? []) follow(next, file);
  };
  for (const file of graph.keys()) if (file.startsWith("site/")) follow(file, "");
  const foreign = [...reached].filter(([file]) => file.startsWith("functions/"));
  assert.deepEqual(
    foreign.filter(([file, from]) => from.startsWith("site/") && !SHARED.includes(file)),
    [],
  );
  assert.deepEqual(
    foreign.filter(([file]) => !file.startsWith("functions/lib/")),
    [],
  );
  assert.ok(foreign.length >= SHARED.length, "the imports were not understood");
});
