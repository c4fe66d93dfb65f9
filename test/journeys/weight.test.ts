// How much JavaScript a page loads before anybody does anything: its entries and what they import, gzipped. What is imported on demand
// (zip files, the tray, the preview's runtime, the check of a file, the home page's lists) does not count.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../scripts/local/paths.ts";
import { buildSite } from "../../scripts/local/site.ts";

const DIST = join(ROOT, "dist");
/** Kilobytes of 1000, gzipped. */
const MOST: Record<string, number> = {
  "index.html": 15,
  "browse/index.html": 30,
  "compose/index.html": 60,
  "publish/index.html": 60,
  "account/index.html": 46,
  "jobs/index.html": 32,
  "docs/reference/index.html": 10,
};

const SCRIPT = /<script type="module"[^>]*\bsrc="\/([^"]+)"/g;
const IMPORT = /(?:^|[;}\s])(?:import|export)\b[^;"'()]*?["'](\.{1,2}\/[^"']+\.js)["']/g;

function scriptsOf(page: string): Set<string> {
  const found = new Set<string>();
  const add = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    for (const [, to = ""] of readFileSync(join(DIST, file), "utf8").matchAll(IMPORT)) {
      add(join(dirname(file), to));
    }
  };
  for (const [, src = ""] of readFileSync(join(DIST, page), "utf8").matchAll(SCRIPT)) add(src);
  return found;
}

describe("the JavaScript of", () => {
  before(() => buildSite());
  for (const [page, most] of Object.entries(MOST)) {
    test(`${page} is at most ${most} kB gzipped`, () => {
      const scripts = scriptsOf(page);
      assert.ok(scripts.size > 1, "the imports were not understood");
      const bytes = [...scripts].map((file) => gzipSync(readFileSync(join(DIST, file))).length);
      const kilobytes = bytes.reduce((sum, each) => sum + each, 0) / 1000;
      console.log(`${page} ${kilobytes.toFixed(1)} kB`);
      assert.ok(kilobytes <= most, `${kilobytes.toFixed(1)} kB in ${scripts.size} files`);
    });
  }
});
