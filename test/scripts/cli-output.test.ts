// Where the command line writes: folders and files, made and tried before an order.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { platform, tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { UsageError } from "../../scripts/cli/command.ts";
import { outFile, outFolder, outPictures, writeWhole } from "../../scripts/cli/output.ts";
import { ROOT } from "../../scripts/local/paths.ts";

const home = mkdtempSync(join(tmpdir(), "orthoplex-output-"));
after(() => rmSync(home, { recursive: true, force: true }));
const refusal = (text: RegExp) => (error: unknown) => error instanceof UsageError && text.test(error.message);

describe("a folder of --out", () => {
  test("is made with its parents and left empty, or refused by its name", () => {
    const out = join(home, "new", "folder");
    assert.equal(outFolder(out), out);
    assert.deepEqual(readdirSync(out), []);
    assert.equal(outFolder(out), out);
    writeFileSync(join(home, "file"), "x");
    assert.throws(() => outFolder(join(home, "file", "below")), refusal(/file/));
    assert.throws(() => outFolder(join(home, "file")), refusal(/file/));
  });

  test("is refused at once where nothing can be made, also to an administrator", {
    skip: platform() !== "linux",
  }, () => {
    for (const place of ["/proc/nope", "/proc/nope/below", "/proc/self"]) {
      const ran = spawnSync(
        process.execPath,
        [join(ROOT, "scripts/cli/main.ts"), "generate", "smiling", "--out", place, "--key", "opx_x"],
        { encoding: "utf8", timeout: 20_000, env: { ...process.env, ORTHOPLEX_URL: "http://127.0.0.1:9" } },
      );
      assert.equal(ran.status, 2, place);
      assert.match(ran.stderr, new RegExp(`${place} cannot be written into`));
    }
  });
});

describe("a picture that no longer fits", { skip: platform() === "win32" }, () => {
  test("leaves what was there, and no half", () => {
    const folder = mkdtempSync(join(home, "full-"));
    const file = join(folder, "1.png");
    writeFileSync(file, "mine");
    const module = JSON.stringify(join(ROOT, "scripts/cli/output.ts"));
    const script = `import { writeWhole } from ${module}; process.on("SIGXFSZ", () => {}); writeWhole(${JSON.stringify(file)}, new Uint8Array(9000));`;
    // ulimit -f counts 512 bytes in sh: the write ends in its middle, as on a full disk.
    const ran = spawnSync(
      "sh",
      ["-c", `ulimit -f 4; exec "${process.execPath}" --input-type=module -e '${script}'`],
      {
        encoding: "utf8",
      },
    );
    assert.match(ran.stderr, /EFBIG/);
    assert.deepEqual(readdirSync(folder), ["1.png"]);
    assert.equal(statSync(file).size, 4);
    writeWhole(file, new Uint8Array(9000));
    assert.equal(statSync(file).size, 9000);
  });
});

describe("a place of --out", () => {
  const order = (out: string) =>
    spawnSync(
      process.execPath,
      [join(ROOT, "scripts/cli/main.ts"), "generate", "smiling", "--out", out, "--key", "opx_x"],
      { encoding: "utf8", timeout: 20_000, env: { ...process.env, ORTHOPLEX_URL: "http://127.0.0.1:9" } },
    );

  test("that is a file or empty is refused in words", () => {
    const file = join(home, "plain");
    writeFileSync(file, "mine");
    const ran = order(file);
    assert.deepEqual([ran.status, ran.stdout], [2, ""]);
    assert.match(ran.stderr, /plain is a file that is there already: name a folder, or NAME\.png/);
    for (const out of ["", " "]) {
      assert.match(order(out).stderr, /--out names no place/);
      assert.throws(() => outFile(out, "a.safetensors"), refusal(/--out names no place/));
    }
  });

  test("is left as it was where the order fails", () => {
    const [there, mine] = [join(home, "there"), join(home, "mine")];
    for (const folder of [there, mine]) mkdirSync(folder);
    writeFileSync(join(mine, "a.png"), "mine");
    for (const out of [
      there,
      mine,
      join(there, "new", "folder"),
      join(there, "one.png"),
      join(mine, "x", "y.png"),
    ]) {
      assert.equal(order(out).status, 1, out);
    }
    assert.deepEqual([readdirSync(there), readdirSync(mine)], [[], ["a.png"]]);
  });
});

describe("a file of --out", () => {
  test("goes into a folder that is there or ends in a slash, under its usual name", () => {
    const slash = `${join(home, "later")}/`;
    assert.equal(outFile(slash, "a.safetensors"), join(home, "later", "a.safetensors"));
    assert.ok(statSync(join(home, "later")).isDirectory());
    assert.equal(outFile(join(home, "later"), "a.safetensors"), join(home, "later", "a.safetensors"));
    const named = join(home, "deep", "b.safetensors");
    assert.equal(outFile(named, "a.safetensors"), named);
    assert.deepEqual(readdirSync(join(home, "deep")), []);
    assert.equal(outFile(join(home, "deep", "v1.5"), "a.safetensors"), join(home, "deep", "v1.5"));
    for (const name of ["me.jpg", "me.PNG", "me.ckpt", "me.zip", "me.txt"]) {
      assert.throws(() => outFile(join(home, name), "a.safetensors"), refusal(/end in \.safetensors/), name);
    }
  });
});

describe("pictures of --out", () => {
  test("are one file where its name ends in .png, else files of a folder", () => {
    const file = join(home, "pictures", "one.PNG");
    assert.deepEqual(outPictures(file, 1), { folder: join(home, "pictures"), file });
    assert.equal(existsSync(file), false);
    const folder = join(home, "v1.5");
    assert.deepEqual(outPictures(folder, 3), { folder, file: null });
    mkdirSync(join(home, "set.png"));
    assert.deepEqual(outPictures(join(home, "set.png"), 3), { folder: join(home, "set.png"), file: null });
  });

  test("are refused as one file where they are several, where it is there, and in another format", () => {
    const file = join(home, "two.png");
    assert.throws(() => outPictures(file, 2), refusal(/2 pictures: name a folder/));
    assert.equal(existsSync(file), false);
    writeFileSync(file, "mine");
    assert.throws(() => outPictures(file, 1), refusal(/is there already/));
    for (const name of ["a.jpg", "a.JFIF", "a.jxl", "a.heic", "a.svg", "a.safetensors", "a.zip", "a.json"]) {
      assert.throws(() => outPictures(join(home, name), 1), refusal(/pictures are PNG files/), name);
      assert.equal(existsSync(join(home, name)), false);
    }
  });
});
