// Texts are shortened by schema/contract/cut-text.ts, which splits no character. What is cut otherwise holds ASCII only, and is listed here.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/local/paths.ts";

/** From the beginning to a number of two digits or a limit of characters. */
const CUT = /\.slice\(0, (?:\d{2,}|[A-Z_]*CHARACTERS[^)]*)\)|\.substr(?:ing)?\(/;
/** Digests, dates, keys, ids and triggers; whole code points, where the package may import nothing; and what was reduced to an address's characters on the lines before. */
const ASCII = /sha256|digest|hex\(|toISOString|created_at|secret|newId|trigger\.slice|Array\.from/i;
const OF_ADDRESS_CHARACTERS = [
  "functions/auth/handles.ts",
  "site/pages/compose/publish-mix.ts",
  "site/ui/name-from.ts",
];
/** The one that cuts, and one that cuts bytes. */
const NO_TEXT = ["schema/contract/cut-text.ts", "functions/storage/image-metadata.ts"];

test("no user text is cut within a character", () => {
  const files = ["functions", "schema", "scripts/cli", "site"].flatMap((folder) =>
    globSync(`${folder}/**/*.{ts,tsx}`, { cwd: ROOT }),
  );
  assert.ok(files.length > 300, `${files.length} files were found`);
  const cuts = files
    .filter((file) => ![...OF_ADDRESS_CHARACTERS, ...NO_TEXT].includes(file))
    .flatMap((file) =>
      readFileSync(join(ROOT, file), "utf8")
        .split("\n")
        .flatMap((line, i) =>
          CUT.test(line) && !ASCII.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [],
        ),
    );
  assert.deepEqual(cuts, []);
});
