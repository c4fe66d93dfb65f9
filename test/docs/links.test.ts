// The documents' links, and the README's file map, compared with the files that exist.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
const markdownIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
const PAGES = [".", "docs", "docs/decisions"].flatMap(markdownIn);

/** Targets of [text](target) and ![text](target), outside of code. */
function linksIn(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
}

/** A heading's anchor as GitHub makes it. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ +(.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-"),
  );
}

/** "`NAME` in [file](path)" promises that the file contains NAME. */
const PROMISE = /`([^`\n]+)` in \[[^\]]+\]\(([^)#\s]+)\)/g;

for (const page of PAGES) {
  describe(page, () => {
    const text = readFileSync(join(ROOT, page), "utf8");
    for (const link of linksIn(text).filter((link) => !/^[a-z]+:/.test(link))) {
      test(`links to something that exists: ${link}`, () => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? page : normalize(join(dirname(page), path));
        assert.ok(existsSync(join(ROOT, target)), `${target} does not exist`);
        if (anchor)
          assert.ok(
            anchorsIn(readFileSync(join(ROOT, target), "utf8")).includes(anchor),
            `${target} has no #${anchor}`,
          );
      });
    }
    for (const [, name = "", path = ""] of text.matchAll(PROMISE)) {
      test(`names a file that contains ${name}`, () => {
        const target = normalize(join(dirname(page), path));
        assert.ok(readFileSync(join(ROOT, target), "utf8").includes(name), `${target} has no ${name}`);
      });
    }
  });
}

test("README names every folder and file of the root that git keeps", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8")
    .split("\n")
    .map((line) => line.replace(/\/$/, ""));
  const here = readdirSync(ROOT).filter((name) => !name.startsWith(".") && !ignored.includes(name));
  assert.deepEqual(
    here.filter((name) => name !== "README.md" && !readme.includes(name)),
    [],
  );
});

test("README's file map names only files that exist", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const map = /## File map\n[\s\S]*?```\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const entries = fileMapPaths(map);
  assert.ok(entries.length > 20, "the map was not understood");
  assert.deepEqual(
    entries.filter((path) => !existsSync(join(ROOT, path))),
    [],
  );
});

/** Two spaces of indent are one level; an entry's name ends at two spaces. `a · b` names two entries. */
function fileMapPaths(map: string): string[] {
  const folders: string[] = [];
  return map
    .split("\n")
    .filter((line) => line.trim() !== "")
    .flatMap((line) => {
      const depth = line.search(/\S/) / 2;
      const names = (line.trim().split(/ {2,}/)[0] ?? "").split(" · ");
      folders.length = depth;
      const paths = names.map((name) => join(...folders, name));
      folders.push(names[0] ?? "");
      return paths;
    });
}

test("every decision is listed, with its title", () => {
  const listed = readFileSync(join(ROOT, "docs/decisions/README.md"), "utf8");
  for (const page of markdownIn("docs/decisions").filter((name) => !name.endsWith("README.md"))) {
    const [title = ""] = readFileSync(join(ROOT, page), "utf8").split("\n");
    const [, number, text] = /^# (\d+)\. (.+)$/.exec(title) ?? [];
    const row = `| [${number}](${page.slice("docs/decisions/".length)}) | ${text} |`;
    assert.ok(listed.includes(row), row);
  }
});
