import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import names from "../../schema/examples/training-files.json" with { type: "json" };
import { UsageError } from "../../scripts/cli/command.ts";
import { deleteConfig, readConfig, writeConfig } from "../../scripts/cli/config.ts";
import { generationMemberOf, memberOf } from "../../scripts/cli/generate.ts";
import { captionOf, picturesIn, withFiles } from "../../scripts/cli/pictures.ts";
import { bar, table } from "../../scripts/cli/terminal.ts";
import { ROOT } from "../../scripts/local/paths.ts";

describe("words of the command line", () => {
  test("name a member and its strength", () => {
    assert.deepEqual(memberOf("ada/kofi"), { ref: "ada/kofi" });
    assert.deepEqual(memberOf("ada/kofi:2=0.8"), { ref: "ada/kofi:2", strength: 0.8 });
    assert.deepEqual(memberOf("ada/kofi=-0.5"), { ref: "ada/kofi", strength: -0.5 });
    assert.deepEqual(generationMemberOf("ada/kofi=0.5"), { ref: "ada/kofi", strength: 0.5 });
    assert.deepEqual(generationMemberOf("job_1m88tvvgn5=0.5"), {
      training_id: "job_1m88tvvgn5",
      strength: 0.5,
    });
    for (const wrong of ["kofi", "ada/kofi=", "ada/kofi=x", "ada/kofi=1=2", "Ada/Kofi", "ada/kofi:0"]) {
      assert.throws(() => memberOf(wrong), UsageError, wrong);
    }
  });

  test("are aligned in columns, and a bar keeps its length", () => {
    assert.deepEqual(
      table([
        ["a", "bbb", "c"],
        ["aaa", "b", "cc"],
      ]),
      ["a    bbb  c", "aaa  b    cc"],
    );
    for (const [done, total] of [
      [0, 0],
      [0, 10],
      [5, 10],
      [10, 10],
      [12, 10],
    ] as const) {
      assert.equal([...(bar(done, total).split(" ")[0] ?? "")].length, 24);
    }
    assert.match(bar(5, 10), /50 %$/);
  });
});

describe("what login saves", () => {
  let home: string;
  const before_ = process.env.XDG_CONFIG_HOME;
  before(() => {
    home = mkdtempSync(join(tmpdir(), "orthoplex-cli-"));
    process.env.XDG_CONFIG_HOME = home;
  });
  after(() => {
    if (before_ === undefined) delete process.env.XDG_CONFIG_HOME;
    else process.env.XDG_CONFIG_HOME = before_;
    rmSync(home, { recursive: true, force: true });
  });

  test("is readable by its owner only, also if the file existed before, and can be deleted", () => {
    const path = writeConfig({ url: "http://127.0.0.1:1", key: "opx_one" });
    writeConfig({ url: "http://127.0.0.1:1", key: "opx_two" });
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readConfig(), { url: "http://127.0.0.1:1", key: "opx_two" });
    assert.ok(readFileSync(path, "utf8").endsWith("\n"));
    assert.equal(deleteConfig(), true);
    assert.equal(deleteConfig(), false);
    assert.deepEqual(readConfig(), {});
  });
});

describe("the program", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, "scripts/cli/main.ts"), ...args], {
      encoding: "utf8",
      env: { ...process.env, XDG_CONFIG_HOME: join(tmpdir(), "orthoplex-no-config"), ORTHOPLEX_API_KEY: "" },
    });

  test("lists its commands, and exits with code 2 for a wrong one and a wrong option", () => {
    const help = run("--help");
    assert.equal(help.status, 0);
    for (const name of ["login", "search", "pull", "publish", "compose", "generate"])
      assert.match(help.stdout, new RegExp(`^  ${name} `, "m"));
    assert.equal(run("dance").status, 2);
    assert.match(run("dance").stderr, /no command "dance"/);
    const wrong = run("search", "--colour", "red");
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--colour/);
  });

  test("names an unreachable server and exits with code 1", () => {
    const gone = run("search", "--url", "http://127.0.0.1:9");
    assert.equal(gone.status, 1);
    assert.match(gone.stderr, /cannot be reached/);
    assert.equal(gone.stdout, "");
  });

  test("says every error as one JSON object with --json", () => {
    const away = ["search", "--json", "--url", "http://127.0.0.1:9"];
    for (const [words, status, code] of [
      [["dance", "--json"], 2, "usage"],
      [["pull", "--json"], 2, "usage"],
      [["search", "--json", "--colour", "red"], 2, "usage"],
      [away, 1, "failed"],
    ] as const) {
      const ran = run(...words);
      assert.equal(ran.status, status);
      assert.equal(ran.stdout, "");
      assert.equal(JSON.parse(ran.stderr).code, code, ran.stderr);
    }
    assert.match(JSON.parse(run(...away).stderr).detail, /cannot be reached/);
  });

  test("ends silently where the reader of its results has gone", () => {
    const words = `"${process.execPath}" "${join(ROOT, "scripts/cli/main.ts")}" --help; echo "exit code $?" >&2`;
    const ran = spawnSync("sh", ["-c", `(sleep 0.2; ${words}) | true`], { encoding: "utf8" });
    assert.equal(ran.stderr, "exit code 141\n");
  });
});

describe("a folder of pictures", () => {
  const folder = mkdtempSync(join(tmpdir(), "orthoplex-pictures-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, content: string | Buffer = "x") => writeFileSync(join(folder, name), content);

  test("is read without hidden files and folders, in the order of names", () => {
    for (const name of ["b.PNG", "a.jpg", "._a.jpg", ".hidden.png", "notes.md", "c.webp"]) put(name);
    mkdirSync(join(folder, "d.png"));
    assert.deepEqual(
      picturesIn(folder),
      ["a.jpg", "b.PNG", "c.webp"].map((name) => join(folder, name)),
    );
  });

  test("with a picture that no base reads is refused by the name of that file", () => {
    put("IMG_0001.HEIC");
    assert.throws(
      () => picturesIn(folder),
      (error) => error instanceof UsageError && /IMG_0001\.HEIC/.test(error.message),
    );
    rmSync(join(folder, "IMG_0001.HEIC"));
  });

  test("takes, refuses and skips files by their endings", () => {
    const own = mkdtempSync(join(folder, "endings-"));
    for (const name of [...names.pictures, ...names.skipped]) writeFileSync(join(own, name), "x");
    assert.deepEqual(picturesIn(own), names.pictures.map((name) => join(own, name)).sort());
    for (const name of names.refused) {
      writeFileSync(join(own, name), "x");
      assert.throws(
        () => picturesIn(own),
        (error) => error instanceof UsageError && error.message.startsWith(`${join(own, name)} is no PNG`),
        name,
      );
      rmSync(join(own, name));
    }
  });

  test("has captions in UTF-8, UTF-16 and Windows-1252", () => {
    const words = "großes Café, 猫";
    const be = Buffer.from(words, "utf16le").swap16();
    const written: [string, Buffer][] = [
      ["utf-8", Buffer.from(words)],
      ["utf-8 with a mark", Buffer.from(`\ufeff${words}`)],
      ["utf-16le", Buffer.from(`\ufeff${words}`, "utf16le")],
      ["utf-16be", Buffer.concat([Buffer.from([0xfe, 0xff]), be])],
      ["utf-16le without a mark", Buffer.from(words, "utf16le")],
      ["utf-16be without a mark", be],
    ];
    for (const [encoding, bytes] of written) {
      put("a.txt", bytes);
      assert.equal(captionOf(join(folder, "a.jpg")), words, encoding);
    }
    put("a.txt", Buffer.from("Caf\xe9", "latin1"));
    assert.equal(captionOf(join(folder, "a.jpg")), "Café");
    rmSync(join(folder, "a.txt"));
    put("captions.json", Buffer.from(`\ufeff{"a.jpg": "${words}"}`, "utf16le"));
    assert.equal(captionOf(join(folder, "a.jpg")), words);
    put("captions.json", "{");
    assert.throws(() => captionOf(join(folder, "a.jpg")), /captions\.json is not JSON/);
    put("captions.json", JSON.stringify({ "\u00e9.jpg": words }));
    put("e\u0301.jpg");
    assert.equal(captionOf(join(folder, "e\u0301.jpg")), words);
    put("a.TXT", words);
    assert.equal(captionOf(join(folder, "a.jpg")), words);
    put("a.TXT", Buffer.from("8fce8ae7", "hex"));
    assert.throws(
      () => captionOf(join(folder, "a.jpg")),
      /a\.TXT is in an encoding that is not read: save it as UTF-8/,
    );
    put("a.TXT", "x".repeat(1_001));
    assert.throws(() => captionOf(join(folder, "a.jpg")), /a\.TXT has 1001 characters/);
    put("a.TXT", "a\u0000b \u202e");
    assert.throws(() => captionOf(join(folder, "a.jpg")), /a\.TXT holds control characters/);
    put("a.TXT", "smiling\0");
    assert.throws(() => captionOf(join(folder, "a.jpg")), /a\.TXT holds control characters/);
    for (const name of ["captions.json", "e\u0301.jpg", "a.TXT"]) rmSync(join(folder, name));
  });

  test("is named by file where an answer numbers it", () => {
    const files = ["set/a.png", "set/b.jpg"];
    const refusal =
      "POST /v1/trainings: 400 Pictures 1 and 2 are the same.\n  /images/1: Pictures 1 and 2 are the same.";
    const named = "Pictures 1 (set/a.png) and 2 (set/b.jpg) are the same.";
    assert.equal(withFiles(refusal, files), `POST /v1/trainings: 400 ${named}\n  /images/1: ${named}`);
    assert.equal(
      withFiles("job_x failed: Picture 2: This is not a PNG.", files),
      "job_x failed: Picture 2 (set/b.jpg): This is not a PNG.",
    );
    assert.equal(
      withFiles("The job does not carry picture 1. Picture 3; 16 pictures", files),
      "The job does not carry picture 1 (set/a.png). Picture 3; 16 pictures",
    );
  });

  test("has captions in files that are named like its pictures", () => {
    for (const [i, { files, captions }] of names.captions.entries()) {
      const own = join(folder, `captions-${i}`);
      mkdirSync(own);
      for (const name of files) writeFileSync(join(own, name), name);
      for (const [picture, text] of Object.entries(captions)) {
        const stem = picture.replace(/\.[^.]+$/, "");
        assert.equal(captionOf(join(own, picture)), text ?? stem, `${files}`);
      }
    }
  });
});
