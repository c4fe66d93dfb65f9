// The temporary folder of a run of all tests: in memory where that is possible, and nothing of a killed run stays there.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { makeTemporaryFolder, removeTemporaryFolder } from "../../scripts/test/temporary-folder.ts";

const parent = mkdtempSync(join(tmpdir(), "orthoplex-memory-"));
after(() => rmSync(parent, { recursive: true }));
const mounted = (options: string, type = "tmpfs", at = parent) =>
  `/dev/vda / ext4 rw 0 0\n${type} ${at} ${type} ${options} 0 0\n`;

test("a folder is made in memory, private to its user, and removed with what lies in it", () => {
  const folder = makeTemporaryFolder(parent, mounted("rw,relatime"), 1);
  assert.ok(folder !== null);
  assert.equal(statSync(folder).mode & 0o077, 0);
  writeFileSync(join(folder, "left"), "");
  removeTemporaryFolder(folder);
  assert.equal(existsSync(folder), false);
});

test("a filesystem that is on a disk, forbids programs or writing, is mounted elsewhere or is nearly full is not used", () => {
  assert.equal(makeTemporaryFolder(parent, mounted("rw", "ext4"), 1), null);
  assert.equal(makeTemporaryFolder(parent, mounted("rw,nosuid,noexec"), 1), null);
  assert.equal(makeTemporaryFolder(parent, mounted("ro"), 1), null);
  assert.equal(makeTemporaryFolder(parent, mounted("rw", "tmpfs", "/elsewhere"), 1), null);
  assert.equal(makeTemporaryFolder(parent, "", 1), null);
  assert.equal(makeTemporaryFolder(parent, mounted("rw"), 2 ** 60), null);
});

test("folders of runs that ended without removing theirs are removed, those of running ones are not", () => {
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const [abandoned, running] = [ended, process.ppid].map((pid) => join(parent, `orthoplex-tests-${pid}`));
  const other = join(parent, "orthoplex-tests-notes");
  for (const folder of [abandoned, running, other]) mkdirSync(folder as string);
  const made = makeTemporaryFolder(parent, mounted("rw"), 1);
  assert.equal(existsSync(abandoned as string), false);
  assert.ok(existsSync(running as string) && existsSync(other));
  removeTemporaryFolder(made as string);
});
