// Styles name classes that pages have: one that was renamed on one side only would leave its part without style, unseen.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const SITE = join(import.meta.dirname, "..", "..", "site");
const textsOf = (pattern: string) =>
  globSync(pattern, { cwd: SITE }).map((file) => [file, readFileSync(join(SITE, file), "utf8")] as const);

test("every class in a style sheet stands in some page", () => {
  const pages = textsOf("**/*.{ts,tsx,html,svg}")
    .map(([, text]) => text)
    .join("\n");
  const words = new Set(pages.match(/[\w-]+/g));
  // class="cast-${n}": whatever begins so may be there.
  const beginnings = [...pages.matchAll(/([a-z][\w-]*-)\$\{/g)].map(([, beginning = ""]) => beginning);
  const isThere = (name: string) =>
    words.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
  const unknown = textsOf("**/*.css").flatMap(([file, text]) => {
    const selectors = text.replace(/\/\*[\s\S]*?\*\//g, "").match(/[^{}]+(?=\{)/g) ?? [];
    const names = selectors.flatMap((selector) => selector.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? []);
    return [...new Set(names)].filter((name) => !isThere(name)).map((name) => `${file}: .${name}`);
  });
  assert.deepEqual(unknown, []);
  assert.ok(words.size > 1000 && beginnings.length > 3, "the pages were not read");
});
