// Which stages and test files a command line of `npm test` means: names of stages, test files, or what has changed since main. Pure.

import { basename, dirname } from "node:path";
import { type Command, PAGES, RUNNER_BASES, type Stage } from "./stages.ts";

export type Chosen = { stage: Stage; commands: Command[] };

const TEST_FILE = /(\.test\.ts|\/test_[^/]+\.py)$/;
/** The stage of a test file, by its folder. */
const OWN_TESTS: [stage: string, place: RegExp][] = [
  ["repo", /^test\/(scripts|docs|structure)\//],
  ["edge", /^test\/(functions|schema)\//],
  ["site", /^test\/site\//],
  ["runner-bases", RUNNER_BASES],
  ["runner-rest", /^test\/runner\//],
  ["contract", /^test\/contract\//],
  ["chaos", /^test\/chaos\//],
  ["clients", /^test\/clients\//],
  ["pages", PAGES],
  ["journey", /^test\/journeys\//],
];

/** `runner` stands for all stages whose names begin with it: runner-bases and runner-rest. */
const isNamed = (stage: Stage, name: string) => stage.name === name || stage.name.startsWith(`${name}-`);

/** The stages that these names and test files mean; a message where one is neither. */
export function chooseNamed(stages: readonly Stage[], args: readonly string[]): Chosen[] | string {
  const unknown = args.filter(
    (arg) => !stages.some((stage) => isNamed(stage, arg)) && stageOf(arg) === undefined,
  );
  if (unknown.length > 0) {
    const names = stages.map(({ name }) => name).join(", ");
    return `No stage or test file is called ${unknown.join(", ")}. Stages: ${names}.`;
  }
  return stages.flatMap((stage) => {
    if (args.some((arg) => isNamed(stage, arg))) return [{ stage, commands: stage.commands }];
    const files = args.filter((arg) => stageOf(arg) === stage.name);
    return files.length > 0 && stage.some ? [{ stage, commands: [stage.some(files)] }] : [];
  });
}

type TextOf = (test: string) => string;

/** The quick stages that a change concerns, and the test files that mirror its files. `tests` are all test files there are. */
export function chooseChanged(
  stages: readonly Stage[],
  changed: readonly string[],
  tests: readonly string[],
  textOf: TextOf,
): Chosen[] {
  const files = new Set(changed.flatMap((path) => testsOf(path, tests, textOf)));
  return stages.flatMap((stage): Chosen[] => {
    if (stage.quick) {
      return changed.some((path) => stage.covers.test(path)) ? [{ stage, commands: stage.commands }] : [];
    }
    const own = [...files].filter((file) => stageOf(file) === stage.name);
    return own.length > 0 && stage.some ? [{ stage, commands: [stage.some(own)] }] : [];
  });
}

/**
 * Tests mirror the tree: functions/dispatch/lease.ts has test/functions/dispatch/lease*.test.ts. A file without a test of its name has those
 * that import it and those of its folder whose names share a word with it, else its folder's tests.
 */
export function testsOf(path: string, tests: readonly string[], textOf: TextOf): string[] {
  if (TEST_FILE.test(path)) return tests.includes(path) ? [path] : [];
  const folder = mirrorOf(path);
  if (folder === null) return [];
  const stem = basename(path).replace(/\.[^.]+$/, "");
  const beside = tests.filter((test) => dirname(test) === folder);
  const named = beside.filter((test) => {
    const name = basename(test).replace(/^test_/, "");
    return name === `${stem}.test.ts` || name === `${stem}.py` || name.startsWith(`${stem}-`);
  });
  if (named.length > 0) return named;
  const words = wordsIn(stem);
  const related = tests.filter(
    (test) =>
      imports(textOf(test), path) ||
      (dirname(test) === folder && wordsIn(basename(test)).some((word) => words.includes(word))),
  );
  return related.length > 0 ? related : beside;
}

const WORD_LEAST = 3;
/** `mix-covers.test.ts` is about covers as mix-cover.ts is: plurals count as their singular. */
const wordsIn = (name: string) =>
  name
    .replace(/(\.test)?\.[^.]+$/, "")
    .split(/[-_]/)
    .filter((word) => word.length >= WORD_LEAST && word !== "test")
    .map((word) => word.replace(/s$/, ""));

function imports(text: string, path: string): boolean {
  if (!path.endsWith(".py")) return text.includes(`/${path}"`);
  const module = path.replace("gpu-runner/", "").replace(/\.py$/, "").replaceAll("/", ".");
  const [, folder = "", name = ""] = /^(.*)\.([^.]+)$/.exec(module) ?? [];
  return (
    text.includes(`from ${module} import`) || new RegExp(`from ${folder} import .*\\b${name}\\b`).test(text)
  );
}

function mirrorOf(path: string): string | null {
  const folder = dirname(path);
  if (folder.startsWith("gpu-runner/orthoplex")) return folder.replace("gpu-runner/orthoplex", "test/runner");
  if (folder.startsWith("test/")) return folder;
  return /^(functions|site|schema|scripts)\b/.test(folder) ? `test/${folder}` : null;
}

function stageOf(file: string): string | undefined {
  if (!TEST_FILE.test(file)) return undefined;
  return OWN_TESTS.find(([, place]) => place.test(file))?.[0];
}
