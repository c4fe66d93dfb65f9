// Code that two places need is one function: few passages may occur twice.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/local/paths.ts";
import { repeatedPassages } from "./passages.ts";

const LEAST_LINES = 6;
const MOST_PASSAGES = 4;
const CODE = /\.(ts|tsx|mjs|js|py|css|html|sql)$/;
/** Written from other files, written once, or data. */
const LEFT_OUT = /^(schema\/(client\/openapi\.ts|current\/|migrations\/)|gpu-runner\/recipes\/)/;

test("repeated lines are found with their numbers, ignoring lines that do not count", () => {
  const lines = ["const a = 1;", "const b = 2;", "const c = 3;"];
  const sources = [
    { path: "a.ts", text: `import { x } from "./x.ts";\n\n${lines.join("\n")}\n` },
    { path: "b.ts", text: `${lines.join("\n\n// why\n")}\nconst d = 4;\n` },
  ];
  const expected = [
    { path: "a.ts", first: 3, last: 5 },
    { path: "b.ts", first: 1, last: 7 },
  ];
  assert.deepEqual(repeatedPassages(sources, 3), [expected]);
  assert.deepEqual(repeatedPassages(sources, 4), []);
});

test("imports and overlapping passages do not count", () => {
  const names = `import {\n  a,\n  b,\n  c,\n} from "./x.ts";\n`;
  const sources = [
    { path: "a.ts", text: names },
    { path: "b.ts", text: names },
    { path: "c.py", text: "x = 1\n".repeat(4) },
  ];
  assert.deepEqual(repeatedPassages(sources, 3), []);
});

test(`at most ${MOST_PASSAGES} passages of ${LEAST_LINES} lines or more stand twice word for word`, () => {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const paths = listed
    .split("\n")
    .filter((path) => CODE.test(path) && !LEFT_OUT.test(path) && existsSync(join(ROOT, path)));
  const passages = repeatedPassages(
    paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") })),
    LEAST_LINES,
  );
  const report = passages.map((places) =>
    places.map(({ path, first, last }) => `${path}:${first}-${last}`).join(" ~ "),
  );
  assert.ok(passages.length <= MOST_PASSAGES, `${passages.length} passages:\n${report.join("\n")}`);
});
