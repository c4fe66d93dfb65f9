// The watcher of npm run dev, on real files.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { watchTree } from "../../scripts/local/watch-tree.ts";

test("a file that was replaced is still watched, and so is a folder that was made later", async (t) => {
  const root = mkdtempSync(join(tmpdir(), "watch-"));
  mkdirSync(join(root, "deep"));
  const file = join(root, "deep", "code.ts");
  writeFileSync(file, "1");
  const seen: string[] = [];
  const end = watchTree(root, (path) => seen.push(path));
  t.after(() => {
    end();
    rmSync(root, { recursive: true });
  });
  const sees = async (path: string, act: () => void) => {
    seen.length = 0;
    act();
    for (const until = Date.now() + 5_000; !seen.includes(path); await pause(5))
      assert.ok(Date.now() < until, path);
  };

  await sees(file, () => writeFileSync(file, "2"));
  for (const text of ["3", "4"]) {
    await sees(file, () => {
      writeFileSync(`${file}.draft`, text);
      renameSync(`${file}.draft`, file);
    });
    await sees(file, () => writeFileSync(file, `${text} again`));
  }
  const added = join(root, "later", "more.ts");
  await sees(join(root, "later"), () => mkdirSync(join(root, "later")));
  await sees(added, () => writeFileSync(added, "1"));
});
