// Terms of the code that documents must explain: job states, scopes, tables, drawing styles. A new one without its place in a document fails.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { SCOPES } from "../../schema/contract/account.ts";
import { AdapterState, VersionState, Visibility } from "../../schema/contract/adapters.ts";
import { JobStatus } from "../../schema/contract/jobs.ts";
import * as tables from "../../schema/tables.ts";
import { RUN_OUTCOMES } from "../../schema/tables.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const page = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");

describe("docs/vocabulary.md defines", () => {
  const vocabulary = page("vocabulary.md");
  for (const status of JobStatus.options) {
    test(`the job status ${status}`, () =>
      assert.match(vocabulary, new RegExp(`^\\| \`${status}\` \\| \\S`, "m")));
  }
  const named = [...RUN_OUTCOMES, ...AdapterState.options, ...VersionState.options, ...Visibility.options];
  for (const state of new Set(named)) {
    test(`the state ${state}`, () => assert.ok(vocabulary.includes(`\`${state}\``)));
  }
});

test("docs/vocabulary.md defines every term once", () => {
  const rows = [...page("vocabulary.md").matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$/gm)].filter(
    ([, term]) => term !== "term" && !term?.startsWith("---"),
  );
  assert.ok(rows.length > 90, "the tables were not understood");
  const terms = rows.flatMap(([, term = ""]) => term.split(", "));
  assert.deepEqual(
    terms.filter((term, at) => terms.indexOf(term) !== at),
    [],
  );
});

test("docs/api.md names every scope of a key", () => {
  for (const scope of SCOPES) assert.ok(page("api.md").includes(`\`${scope}\``), scope);
});

test("docs/storage.md has exactly one row for every table of D1", () => {
  const described = [...page("storage.md").matchAll(/^\| `([a-z_]+)` \| .+ \| .+ \| .+ \|$/gm)].map(
    ([, name]) => name,
  );
  const nameKey = Symbol.for("drizzle:Name");
  const names = Object.values(tables).flatMap((table) => {
    const name = (table as { [nameKey]?: unknown })[nameKey];
    return typeof name === "string" ? [name] : [];
  });
  assert.ok(names.length > 10);
  // Full text is a virtual table of a hand-written migration.
  assert.deepEqual(described.sort(), [...names, "adapters_fts", "catalog_words_fts", "mixes_fts"].sort());
});

test("docs/credits.md credits every drawing style as its package asks", () => {
  const require = createRequire(import.meta.url);
  const credits = page("credits.md");
  const styles = readFileSync(join(ROOT, "gpu-runner/recipes/cast-3/styles.ts"), "utf8");
  const collections = [...styles.matchAll(/^\s*collection: ["'](\w+)["']/gm)].map(([, name = ""]) => name);
  assert.ok(collections.length >= 10);
  for (const collection of collections) {
    const style = collection.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
    const folder = dirname(require.resolve(`@dicebear/${style}`));
    const licence = readFileSync(join(folder.replace(/\/lib$/, ""), "LICENSE"), "utf8");
    const line = credits.split("\n").find((row) => row.startsWith(`| ${style} |`)) ?? "";
    for (const label of ["Source", "Designer", "License"]) {
      const value = new RegExp(`^${label}: (.+?) ?\\(`, "m").exec(licence)?.[1] ?? "missing in LICENSE";
      assert.ok(line.includes(value), `${style}: ${label} ${value}`);
    }
  }
});
