// The source speaks the field's language: words that this project once used in a private sense are refused in every tracked text file, with
// the term to use instead. What cannot change is listed in ALLOWED, each with its reason.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
const SELF = "test/docs/plain-words.test.ts";
const SOURCE = /\.(ts|tsx|mjs|py|sql|md|html|css|svg|toml|yaml|yml)$/;

/** The refused word as a whole word or as a part of a camelCase or snake_case name, and the term to use. */
const REFUSED: Record<string, string> = {
  "wish(es|ed)?": "request, input or query",
  "letters?": "email; of the alphabet: characters",
  "stumbl(e|es|ed|ing)": "retry",
  "e-mails?": "email",
  unmet: "dependency_failed",
  "draw_?near": "clamp",
  patience: "retry policy, deadline or timeout",
  "courtes(y|ies)": "the job of the middleware",
  "surprises?": "unexpected error",
  house: "service or operator",
  departed: "deleted account",
  "forgets?": "delete, clear or reset",
  "teach(es|er|ing)?": "train",
  taught: "trained",
  "mishaps?": "fault or error",
  "fates?": "outcome or record",
  "tells?|told|telling": "report, notify, send, show or distinguish",
};

/** Places that cannot change: a path's beginning, the words that stand there, and why. */
const ALLOWED: { path: string; words: RegExp; reason: string }[] = [
  { path: "schema/migrations/", words: /./, reason: "migrations are write-once" },
  { path: "schema/current/accounts.sql", words: /departed/, reason: "an index that a migration named" },
  {
    path: "schema/current/people.sql",
    words: /told/,
    reason: "a comment of a trigger that a migration made",
  },
  { path: "schema/tables/accounts.ts", words: /departed/, reason: "the same index" },
  { path: "CHANGELOG.md", words: /./, reason: "names what was renamed" },
  { path: "docs/results", words: /taught/i, reason: "names of methods in measured data" },
  { path: "docs/vocabulary.md", words: /taught/i, reason: "lists the name of a method in results.md" },
  {
    path: "docs/vocabulary.md",
    words: /e-mail/,
    reason: "lists the synonym, so that a search finds the term",
  },
  {
    path: "scripts/local/accounts.ts",
    words: /house/,
    reason: "an address that existing local databases hold",
  },
  { path: "test/scripts/local.test.ts", words: /house/, reason: "the same address" },
  {
    path: "gpu-runner/orthoplex/eval/methods.py",
    words: /taught/,
    reason: "names of methods in measured data",
  },
  {
    path: "gpu-runner/orthoplex/eval/studies/",
    words: /taught/,
    reason: "names of methods in measured data",
  },
  { path: "gpu-runner/orthoplex/export_onnx/text.py", words: /taught/, reason: "an input of text.onnx" },
  { path: "test/runner/onnx/", words: /taught/, reason: "the same input" },
  { path: "gpu-runner/recipes/cast-3/styles.ts", words: /surprise/, reason: "a mouth of a drawing style" },
  { path: "site/preview/scene.ts", words: /taught/, reason: "the name of an input of text.onnx" },
  { path: "test/site/preview/scene.test.ts", words: /taught/, reason: "the same input" },
];

/** Standard terms that contain a refused word. */
const KNOWN = /letter-spacing|dead[-_ ]letter|\.tell\(/gi;
/** One function name stood in six files. */
const WORDS_OF = /\b(wordsOf|words_of)\b/;

const words = Object.entries(REFUSED).map(([pattern, instead]) => ({
  // Names are taken apart at capitals and underscores first, so that a word boundary is enough.
  refused: new RegExp(`\\b(${pattern.replaceAll("_?", " ?")})\\b`, "gi"),
  instead,
}));

/** `setWish` and `wish_of` as `set Wish` and `wish of`. */
const apart = (line: string) => line.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");

function refusedIn(path: string): string[] {
  return readFileSync(join(ROOT, path), "utf8")
    .split("\n")
    .flatMap((line, at) => {
      const text = apart(line.replaceAll(KNOWN, ""));
      if (WORDS_OF.test(line)) return [`${path}:${at + 1}: wordsOf: name the text that it returns`];
      return words.flatMap(({ refused, instead }) =>
        [...text.matchAll(refused)]
          .map(([word]) => word)
          .filter((word) => !ALLOWED.some((place) => path.startsWith(place.path) && place.words.test(word)))
          .map((word) => `${path}:${at + 1}: "${word}": say ${instead}`),
      );
    });
}

test("every tracked text uses the field's terms", () => {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 24 });
  const files = listed.split("\0").filter((path) => SOURCE.test(path) && path !== SELF);
  assert.ok(files.length > 300, "git listed too few files");
  assert.deepEqual(files.flatMap(refusedIn), []);
});

test("every allowed place exists", () => {
  const listed = execFileSync("git", ["ls-files"], { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 24 }).split(
    "\n",
  );
  assert.deepEqual(
    ALLOWED.filter(({ path }) => !listed.some((file) => file.startsWith(path))),
    [],
  );
});
