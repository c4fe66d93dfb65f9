// Files stay short enough to be read at once. A bound is only lowered; a file that exceeds it is split by subject.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { ROOT } from "../../scripts/local/paths.ts";

/** The first that matches counts. */
const MOST_LINES: [kind: string, files: RegExp, most: number][] = [
  [
    "the layers of the base, in one file as its weights are",
    /^gpu-runner\/orthoplex\/bases\/cast\/model\.py$/,
    370,
  ],
  ["the training of the base", /^gpu-runner\/orthoplex\/cast_training\/base\.py$/, 330],
  ["tests", /^test\//, 400],
  ["styles", /\.css$/, 400],
  ["code", /./, 300],
];
const CODE = /\.(ts|tsx|mjs|py|css)$/;
/** Written by a program, or tables of drawing styles. */
const LEFT_OUT = /^(schema\/client\/openapi\.ts|gpu-runner\/recipes\/)/;

test("no file exceeds the length of its kind", () => {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = listed
    .split("\n")
    .filter((path) => CODE.test(path) && !LEFT_OUT.test(path) && existsSync(join(ROOT, path)));
  assert.ok(files.length > 700, `${files.length} files`);
  const tooLong = files.flatMap((path) => {
    const lines = readFileSync(join(ROOT, path), "utf8").split("\n").length - 1;
    const [kind, , most] = MOST_LINES.find(([, kindOf]) => kindOf.test(path)) ?? ["", /./, 0];
    return lines > most ? [`${path}: ${lines} lines; ${kind} have at most ${most}`] : [];
  });
  assert.deepEqual(tooLong, []);
});

/** Tables of routes and tools are one call each; components are split before. */
const MOST_LINES_OF_A_FUNCTION = 140;

test(`no function of the edge, the site or the scripts has more than ${MOST_LINES_OF_A_FUNCTION} lines`, () => {
  const files = globSync("{functions,schema,scripts,site}/**/*.{ts,tsx,mjs}", { cwd: ROOT });
  const tooLong: string[] = [];
  for (const path of files.filter((file) => !LEFT_OUT.test(file))) {
    const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), "utf8"), ts.ScriptTarget.Latest);
    const lineAt = (position: number) => source.getLineAndCharacterOfPosition(position).line;
    const visit = (node: ts.Node): void => {
      const lines = lineAt(node.end) - lineAt(node.getStart(source)) + 1;
      if (lines <= MOST_LINES_OF_A_FUNCTION) return;
      if (ts.isFunctionLike(node))
        tooLong.push(`${path}:${lineAt(node.getStart(source)) + 1}: ${lines} lines`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  assert.ok(files.length > 500, `${files.length} files`);
  assert.deepEqual(tooLong, []);
});
