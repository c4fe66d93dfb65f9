// Documents, pages, snippets and the command line read the API key from one environment variable, so that examples can be mixed.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
const VARIABLE = "ORTHOPLEX_API_KEY";
const SHOWN = [
  "README.md",
  "docs/**/*.md",
  "schema/client/*.md",
  "site/**/*.{html,ts,tsx}",
  "scripts/cli/**/*.ts",
];
/** As a shell, JavaScript and Python name a variable of the environment behind the word Bearer; and what the command line reads. */
const IN_HEADER = /bearer +(?:\$(\w+)|\\?\$\{process\.env\.(\w+)\}|\{os\.environ\[["'](\w+)["']\]\})/gi;
const IN_CODE = /(?:process\.env\.|os\.environ\[["']|export +)(\w*KEY\w*)/g;

/** Every variable for a key that `text` reads or sets. */
function variablesIn(text: string): string[] {
  return [IN_HEADER, IN_CODE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => match.slice(1).find(Boolean) ?? ""),
  );
}

test("every example and the command line name the same variable for the API key", () => {
  const files = globSync(SHOWN, { cwd: ROOT });
  const found = files.flatMap((file) =>
    variablesIn(readFileSync(join(ROOT, file), "utf8")).map((name) => ({ file, name })),
  );
  assert.deepEqual(
    found.filter(({ name }) => name !== VARIABLE),
    [],
  );
  for (const file of ["README.md", "docs/api.md", "site/pages/docs/index.html", "site/ui/snippets.ts"])
    assert.ok(
      found.some((each) => each.file === file),
      `${file} shows no key`,
    );
});
