// Types say what is: nothing is declared to be what the compiler knows it is not. Tests may build what no type allows.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/local/paths.ts";

const FOLDERS = ["functions", "schema", "scripts", "site"];
const GENERATED = "schema/client/openapi.ts";

test("no code outside of tests asserts a type by way of `unknown`", () => {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...FOLDERS], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((path) => /\.tsx?$/.test(path) && path !== GENERATED);
  assert.ok(files.length > 300, `${files.length} files`);
  assert.deepEqual(
    files.filter((path) => /\bas unknown as\b/.test(readFileSync(join(ROOT, path), "utf8"))),
    [],
  );
});
