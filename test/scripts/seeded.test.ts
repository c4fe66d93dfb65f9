// The kept state of a seeded server: used for the source that it was made from alone, and as private as the home that it comes from.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Home, homeAt } from "../../scripts/local/paths.ts";
import { writePrivately } from "../../scripts/local/secrets.ts";
import { copySeeded, put } from "../../scripts/local/seeded.ts";

const root = mkdtempSync(join(tmpdir(), "orthoplex-seeded-"));
after(() => rmSync(root, { recursive: true }));
const shelf = join(root, "shelf");

function endedHome(word: string): Home {
  mkdirSync(shelf, { recursive: true });
  const home = homeAt(mkdtempSync(join(shelf, "making-")));
  for (const path of [home.state, home.secrets, home.logs]) mkdirSync(path, { mode: 0o700 });
  writePrivately(join(home.state, "rows"), word);
  writePrivately(join(home.secrets, "key"), word);
  return home;
}

test("a state is copied with its secrets for the same sources only", () => {
  put(endedHome("first"), "aa", shelf);
  const home = homeAt(join(root, "copy"));
  assert.equal(copySeeded(home, "bb", shelf), false);
  assert.equal(existsSync(home.state), false);
  assert.equal(copySeeded(home, "aa", shelf), true);
  assert.equal(readFileSync(join(home.state, "rows"), "utf8"), "first");
  assert.equal(readFileSync(join(home.secrets, "key"), "utf8"), "first");
  assert.equal(statSync(join(home.secrets, "key")).mode & 0o077, 0);
  assert.equal(existsSync(home.logs), false);
});

test("of two concurrent states the first is kept, and a new source replaces the old", () => {
  const second = endedHome("second");
  put(second, "aa", shelf);
  assert.equal(readFileSync(join(shelf, "aa", "state", "rows"), "utf8"), "first");
  rmSync(second.path, { recursive: true });
  put(endedHome("third"), "bb", shelf);
  assert.deepEqual(readdirSync(shelf), ["bb"]);
});
