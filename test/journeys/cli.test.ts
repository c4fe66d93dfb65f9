// The command line against the real Worker and the real runner, as a person at a terminal would go.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { packCli } from "../../scripts/cli/pack.ts";
import { ROOT } from "../../scripts/local/paths.ts";
import { startTemporaryServer } from "../../scripts/local/temporary.ts";
import { npmCommand } from "../../scripts/setup/npm.mjs";

type Ran = { code: number | null; out: string; error: string };

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

describe("at a terminal", { timeout: 300_000 }, () => {
  const stop = new AbortController();
  let server: Awaited<ReturnType<typeof startTemporaryServer>>;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "orthoplex-cli-"));
    server = await startTemporaryServer({ runners: 1, signal: stop.signal, say: () => {} });
  });
  after(async () => {
    await server?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  function orthoplex(args: string[], input = ""): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, XDG_CONFIG_HOME: folder, ORTHOPLEX_URL: server.url };
      const child = spawn(process.execPath, [join(ROOT, "scripts/cli/main.ts"), ...args], {
        cwd: folder,
        env,
      });
      let out = "";
      let error = "";
      child.stdout.on("data", (data) => (out += data));
      child.stderr.on("data", (data) => (error += data));
      child.on("error", reject).on("close", (code) => resolve({ code, out, error }));
      child.stdin.end(input);
    });
  }

  async function json<T>(...args: string[]): Promise<T> {
    const ran = await orthoplex([...args, "--json"]);
    assert.equal(ran.code, 0, ran.error);
    return JSON.parse(ran.out) as T;
  }

  test("installs from one file without a network, outside the checkout", async () => {
    const archive = await packCli(join(folder, "packed"));
    const elsewhere = join(folder, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "package.json"), "{}");
    const [npm = "npm", ...before] = npmCommand();
    const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync(npm, [...before, "install", ...quiet, archive], { cwd: elsewhere });
    assert.deepEqual(
      readdirSync(join(elsewhere, "node_modules")).filter((name) => !name.startsWith(".")),
      ["orthoplex"],
    );
    const installed = join(elsewhere, "node_modules", ".bin", "orthoplex");
    const env = { ...process.env, XDG_CONFIG_HOME: elsewhere, ORTHOPLEX_URL: server.url };
    const run = async (...args: string[]) => promisify(execFile)(installed, args, { cwd: elsewhere, env });
    const { version, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.equal((await run("--version")).stdout, `${version}\n`);
    const about = JSON.parse(readFileSync(join(elsewhere, "node_modules/orthoplex/package.json"), "utf8"));
    assert.deepEqual([about.license, about.version, about.dependencies], [license, version, undefined]);
    const found = JSON.parse((await run("search", "ivy", "--json")).stdout);
    assert.equal(found.items[0].ref, "orthoplex/ivy");
    await assert.rejects(run("whoami"), /needs a key/);
  });

  test("logs in, and is refused with a wrong key", async () => {
    const wrong = await orthoplex(["login"], "opx_0000000000000000000000000000000000000000\n");
    assert.equal(wrong.code, 1);
    assert.match(wrong.error, /key_invalid/);
    const right = await orthoplex(["login"], `${server.demo.api_key}\n`);
    assert.equal(right.code, 0, right.error);
    const me = await json<{ scopes: string[] }>("whoami");
    assert.ok(me.scopes.includes("generate"));
  });

  test("finds an adapter, shows it and downloads its file", async () => {
    const page = await json<{ items: { ref: string }[] }>("search", "dalia");
    const ref = page.items[0]?.ref ?? "";
    assert.match(ref, /\/dalia$/);
    const { latest_version } = await json<{ latest_version: { sha256: string } }>("show", ref);
    const pulled = await json<{ file: string; sha256: string }>("pull", ref);
    const bytes = readFileSync(join(folder, pulled.file));
    assert.equal(createHash("sha256").update(bytes).digest("hex"), latest_version.sha256);
    const again = await orthoplex(["pull", ref]);
    assert.equal(again.code, 2);
    assert.match(again.error, /--force/);
  });

  test("composes two and generates them, with progress and only results on stdout", async () => {
    const { items } = await json<{ items: { ref: string; latest_version: { trigger: string } }[] }>(
      "search",
      "--limit",
      "2",
    );
    const [a, b] = items;
    assert.ok(a && b);
    const composition = await json<{ id: string; members: unknown[] }>("compose", `${a.ref}=0.9`, b.ref);
    assert.equal(composition.members.length, 2);
    const prompt = `${a.latest_version.trigger} smiling; ${b.latest_version.trigger} sad; sky background`;
    const drawn = await orthoplex([
      "generate",
      prompt,
      "--composition",
      composition.id,
      "--size",
      "512x256",
      "--seed",
      "3",
    ]);
    assert.equal(drawn.code, 0, drawn.error);
    const files = drawn.out.trim().split("\n");
    assert.equal(files.length, 1);
    assert.deepEqual(readFileSync(join(folder, files[0] ?? "")).subarray(0, 4), PNG);
    assert.match(drawn.error, /running|%/);
  });

  test("generates with an adapter that is still training, once it is finished", async () => {
    const about = ["--name", "soon", "--concept", "Soon", "--class", "person", "--steps", "2"];
    const pictures = join(ROOT, "gpu-runner/demo/june");
    const training = await json<{ id: string }>("train", pictures, ...about, "--draft", "--no-wait");
    const drawn = await json<{ status: string; waits_for: string | null; priority: string }>(
      ...["generate", "<soon> smiling", "-a", `${training.id}=0.9`, "--priority", "high", "--steps", "2"],
    );
    assert.deepEqual([drawn.status, drawn.waits_for, drawn.priority], ["succeeded", null, "high"]);
  });

  test("trains a draft from a folder, and publishes its file as the next version", async () => {
    const pictures = join(ROOT, "gpu-runner/demo/june");
    const training = await json<{ request: { adapter: string } }>(
      "train",
      pictures,
      "--name",
      "june",
      "--concept",
      "June",
      "--class",
      "person",
      "--steps",
      "3",
      "--draft",
    );
    const ref = training.request.adapter;
    const pulled = await json<{ file: string }>("pull", ref);
    const published = await orthoplex([
      "publish",
      pulled.file,
      "--name",
      "june",
      "--changelog",
      "By hand.",
      "--json",
    ]);
    assert.equal(published.code, 0, published.error);
    const version = JSON.parse(published.out) as { state: string; number: number; changelog: string };
    assert.deepEqual([version.state, version.number, version.changelog], ["published", 2, "By hand."]);
  });

  /** The guide's snippets of one language, in order, as a reader copies them. */
  function snippets(language: string): string {
    const page = readFileSync(join(ROOT, "site/pages/docs/index.html"), "utf8");
    const found = [
      ...page.matchAll(new RegExp(`<pre data-language="${language}"[^>]*><code>(.*?)</code>`, "gs")),
    ];
    const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
    return found
      .map(([, code = ""]) =>
        code
          .replace(/<span data-origin>.*?<\/span>/g, server.url)
          .replaceAll("<!-- base-id -->", EMBEDDED_BASE.id)
          .replace(/<[^>]+>/g, ""),
      )
      .map((code) => code.replace(/&(lt|gt|amp);/g, (entity) => entities[entity] ?? entity))
      .map((code) => code.replace(/^export ORTHOPLEX_API_KEY=.*$/m, ""))
      .join("\n");
  }

  function program(name: string, args: string[], files: string): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const path = `${files}:${process.env.PATH}`;
      const child = spawn(name, args, {
        cwd: files,
        env: { ...process.env, PATH: path, ORTHOPLEX_API_KEY: server.demo.api_key },
      });
      let out = "";
      let error = "";
      child.stdout.on("data", (data) => (out += data));
      child.stderr.on("data", (data) => (error += data));
      child.on("error", reject).on("close", (code) => resolve({ code, out, error }));
    });
  }

  /** A folder with the pictures that the snippets send, and a jq where the machine has none. */
  function readersFolder(): string {
    const files = mkdtempSync(join(folder, "reader-"));
    // A training takes each picture once, so that seven of one person and one of another make eight.
    const pictures = globSync(join(ROOT, "gpu-runner/demo/*/*.png")).sort();
    for (let i = 1; i <= 8; i++) copyFileSync(pictures[i - 1] ?? "", join(files, `ana-${i}.png`));
    const script = `#!${process.execPath}
const [raw, path] = process.argv.length > 3 ? [true, process.argv[3]] : [false, process.argv[2]];
const file = process.argv.slice(2).find((word) => word.endsWith(".json")) ?? 0;
const value = path.split(".").filter(Boolean).reduce((at, key) => at[key], JSON.parse(require("fs").readFileSync(file, "utf8")));
console.log(raw && typeof value === "string" ? value : JSON.stringify(value, null, 2));
`;
    if (spawnSync("jq", ["--version"]).status !== 0)
      writeFileSync(join(files, "jq"), script, { mode: 0o755 });
    return files;
  }

  test("runs the guide's curl examples", async () => {
    const files = readersFolder();
    const ran = await program("bash", ["-euo", "pipefail", "-c", snippets("curl")], files);
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /"status": "succeeded"/);
    assert.match(ran.out, /event: done/);
    assert.match(ran.out, /"crosstalk"/);
    assert.match(ran.out, /"state":"stored"/);
  });

  test("runs the guide's JavaScript", async () => {
    const files = readersFolder();
    writeFileSync(join(files, "guide.mjs"), snippets("js"));
    const ran = await program(process.execPath, ["guide.mjs"], files);
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /succeeded http/);
    assert.match(ran.out, /event: done/);
    assert.match(ran.out, /limited_by/);
  });

  test("runs the guide's Python, and cancels the training that it orders", async () => {
    const files = readersFolder();
    writeFileSync(join(files, "guide.py"), snippets("python"));
    const ran = await program("python3", ["guide.py"], files);
    assert.equal(ran.code, 0, ran.error);
    assert.match(ran.out, /succeeded http/);
    const job = /^(job_\w+) \d+$/m.exec(ran.out)?.[1] ?? "";
    const canceled = await orthoplex(["cancel", job]);
    assert.equal(canceled.code, 0, canceled.error);
  });

  test("shows the API's own error messages", async () => {
    const refused = await orthoplex(["generate", "<nobody> smiling", "-a", "orthoplex/nobody-there"]);
    assert.equal(refused.code, 1);
    assert.match(refused.error, /adapter_unknown/);
    const asJson = await orthoplex(["show", "orthoplex/nobody-there", "--json"]);
    assert.equal((JSON.parse(asJson.error.replace(/^✗ /, "")) as { code: string }).code, "not_found");
  });
});
