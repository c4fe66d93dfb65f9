// Styles name classes that pages have: one that was renamed on one side only would leave its part without style, unseen.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const SITE = join(import.meta.dirname, "..", "..", "site");
/** Imports of values, now or on demand; types bring nothing along. */
const VALUES = /(?:^(?:import|export)(?! type)\b[^;"']*?\bfrom\s*|^import\s*|\bimport\()["'](\.[^"']+)["']/gm;
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

test("every page brings the styles of what it is made of", () => {
  const files = new Map(textsOf("**/*.{ts,tsx,css}"));
  const selectorsOf = (css: string) => css.replace(/\/\*[\s\S]*?\*\//g, "").match(/[^{}]+(?=\{)/g) ?? [];
  // What has a rule of its own, wherever it stands; what any selector of a page's styles names is taken to be meant there.
  const rulesOf = (css: string) =>
    selectorsOf(css)
      .flatMap((selector) => selector.split(","))
      .flatMap((each) => /^\s*\.([\w-]+)\s*$/.exec(each)?.[1] ?? []);
  const namesOf = (css: string) =>
    selectorsOf(css).flatMap((selector) => selector.match(/(?<=\.)[a-zA-Z][\w-]*/g) ?? []);
  const styled = new Set([...files].flatMap(([file, text]) => (file.endsWith(".css") ? rulesOf(text) : [])));
  const missing: string[] = [];
  const entries = [...files.keys()].filter((file) => /^pages\/.*\/main\.tsx$/.test(file));
  for (const entry of entries) {
    const reached = new Set<string>();
    const follow = (file: string) => {
      const text = files.get(file);
      if (text === undefined || reached.has(file)) return;
      reached.add(file);
      if (file.endsWith(".css")) return;
      for (const [, to = ""] of text.matchAll(VALUES)) follow(normalize(join(dirname(file), to)));
    };
    follow(entry);
    const there = new Set(
      [...reached].flatMap((file) => (file.endsWith(".css") ? namesOf(files.get(file) ?? "") : [])),
    );
    for (const file of reached) {
      if (!file.endsWith(".tsx")) continue;
      for (const [, names = ""] of (files.get(file) ?? "").matchAll(/\bclass="([\w\s-]+)"/g)) {
        const bare = names.split(/\s+/).filter((name) => styled.has(name) && !there.has(name));
        missing.push(...bare.map((name) => `${entry}: .${name} of ${file}`));
      }
    }
  }
  assert.deepEqual([...new Set(missing)], []);
  assert.ok(entries.length > 10 && styled.size > 300, "the pages were not read");
});

test("a class of the whole document is styled as the document's alone", () => {
  const names = textsOf("**/*.{ts,tsx}").flatMap(([, text]) =>
    [...text.matchAll(/\bdocumentElement\.classList\.\w+\("([\w-]+)"/g)].map(([, name = ""]) => name),
  );
  const wrong = textsOf("**/*.css").flatMap(([file, text]) =>
    names
      .filter((name) => new RegExp(`(?<!html)\\.${name}(?![\\w-])`).test(text))
      .map((name) => `${file}: .${name}`),
  );
  assert.deepEqual(wrong, []);
  assert.ok(names.length > 0, "the pages were not read");
});
