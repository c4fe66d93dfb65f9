// No place names a base: what one can do stands in its description. Named are they only where they are made and tested: in the folders of
// the embedded base's own family, in recipes, seeds and tests, and where schema/bases lists them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
const OWN = [
  "schema/bases/",
  "schema/examples/",
  "gpu-runner/bases/",
  "gpu-runner/recipes/",
  "gpu-runner/orthoplex/bases/cast/",
  "gpu-runner/orthoplex/cast_training/",
  "gpu-runner/orthoplex/sd_training/",
  "gpu-runner/orthoplex/eval/",
  "gpu-runner/orthoplex/export_onnx/",
  "gpu-runner/orthoplex/ortho/golden_files.py",
  "gpu-runner/seeds/",
  "seeds/",
  "test/",
];
const SOURCES = /\.(?:ts|tsx|mjs|py|html|toml)$/;
/** The six colours of members are classes and properties of these names. */
const COLOURS = /class="[^"]*"|--cast-\d/g;

const ids = readdirSync(join(ROOT, "schema", "bases"))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));
const families = new Set(ids.map((id) => id.replace(/-\d+$/, "")));
const NAMED = new RegExp(
  `(?<![\\w-])(?:${[...ids, ...[...families].map((family) => `${family}-?\\d`)].join("|")})(?![\\w])`,
);

const tracked = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8" }).split("\n");
const sources = tracked.filter((file) => SOURCES.test(file) && !OWN.some((place) => file.startsWith(place)));

test("the check finds sources, and a name in them", () => {
  assert.ok(sources.length > 500, `${sources.length} files`);
  assert.match(`base: "${ids[0]}"`, NAMED);
});

test("no source names a base", () => {
  const named = sources.flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .flatMap((line, i) =>
        NAMED.test(line.replaceAll(COLOURS, "")) ? [`${file}:${i + 1}: ${line.trim()}`] : [],
      ),
  );
  assert.deepEqual(named, []);
});
