import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { endLeftovers, isRunning, startChild, tailOf } from "../../scripts/local/child.ts";
import { homeAt, ROOT } from "../../scripts/local/paths.ts";
import { anyFreePort, ephemeralLowest, freePort } from "../../scripts/local/ports.ts";
import { workerEnvFile, writePrivately } from "../../scripts/local/secrets.ts";
import { unlessDone } from "../../scripts/local/stamp.ts";

const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-test-")));
after(() => rmSync(home.path, { recursive: true }));

const SLEEPER = ["-e", "console.log('ready'); setInterval(() => {}, 1000)", ROOT];

describe("a child", () => {
  test("writes its log and reports how it ended", async () => {
    const child = startChild(home, "short", {
      program: process.execPath,
      args: ["-e", "console.log('hello'); process.exit(3)"],
      env: {},
    });
    assert.deepEqual(await child.ended, { code: 3, signal: null });
    assert.equal(tailOf(child.logFile, 5), "hello");
    assert.equal(child.isAlive(), false);
  });

  test("that handles SIGTERM is ended by it", async () => {
    const child = startChild(home, "heeding", { program: process.execPath, args: SLEEPER, env: {} });
    assert.deepEqual(await child.end(5_000), { code: null, signal: "SIGTERM" });
  });

  test("that ignores SIGTERM is killed after its grace period", async () => {
    const deaf = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
    const child = startChild(home, "deaf", { program: process.execPath, args: ["-e", deaf], env: {} });
    while (tailOf(child.logFile, 1) !== "ready") await pause(20);
    assert.deepEqual(await child.end(100), { code: null, signal: "SIGKILL" });
  });

  test("whose program does not exist ends with code 127", async () => {
    const child = startChild(home, "absent", { program: "/nonexistent/program", args: [], env: {} });
    assert.deepEqual(await child.ended, { code: 127, signal: null });
  });

  test("is ended with its own children when it dies suddenly", async () => {
    const parent = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const child = startChild(home, "parent", { program: process.execPath, args: ["-e", parent], env: {} });
    while (tailOf(child.logFile, 1) === "") await pause(20);
    const grandchild = Number(tailOf(child.logFile, 1));
    process.kill(child.pid, "SIGKILL");
    await child.ended;
    while (isRunning(grandchild)) await pause(20);
  });

  test("of a killed server is ended by the next server", async () => {
    const child = startChild(home, "orphan", { program: process.execPath, args: SLEEPER, env: {} });
    await endLeftovers(home);
    assert.deepEqual(await child.ended, { code: null, signal: "SIGTERM" });
  });

  test("of another program with a recorded pid is not ended", async () => {
    const stranger = spawn("sleep", ["60"], { detached: true });
    writeFileSync(join(home.children, "stranger"), String(stranger.pid));
    await endLeftovers(home);
    assert.equal(existsSync(join(home.children, "stranger")), false);
    assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    stranger.kill("SIGKILL");
    const [, signal] = await once(stranger, "exit");
    assert.equal(signal, "SIGKILL", "and not the SIGTERM of endLeftovers");
  });
});

describe("secrets", () => {
  test("are readable by their owner only", () => {
    const file = join(home.secrets, "secret");
    writePrivately(file, "hush");
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  test("of the Worker are made once", () => {
    const settings = { OPERATOR_EMAILS: "house@orthoplex.localhost" };
    const first = readFileSync(workerEnvFile(home, settings), "utf8");
    assert.match(first, /^BETTER_AUTH_SECRET=\S{43}\nUPLOAD_SIGNING_SECRET=\S{43}\nOPERATOR_EMAILS=house@/);
    assert.equal(readFileSync(workerEnvFile(home, settings), "utf8"), first);
    // A setting that came with a later version of the program is added, and what somebody has changed stays.
    const more = readFileSync(workerEnvFile(home, { ...settings, MODERATOR_EMAILS: "m@b.example" }), "utf8");
    assert.equal(more, `${first}MODERATOR_EMAILS=m@b.example\n`);
    assert.equal(readFileSync(workerEnvFile(home, { MODERATOR_EMAILS: "other" }), "utf8"), more);
  });
});

test("work with unchanged inputs is skipped, and done again when they change", async () => {
  const stamp = join(home.path, "stamps", "work");
  let done = 0;
  const work = async () => {
    done += 1;
  };
  assert.equal(await unlessDone(stamp, "a", work), true);
  assert.equal(await unlessDone(stamp, "a", work), false);
  assert.equal(await unlessDone(stamp, "b", work), true);
  assert.equal(done, 2);
});

test("work that failed is not marked as done", async () => {
  const stamp = join(home.path, "stamps", "failing");
  await assert.rejects(unlessDone(stamp, "a", () => Promise.reject(new Error("no"))));
  assert.equal(existsSync(stamp), false);
});

test("a port in use is refused", async () => {
  const port = await anyFreePort();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  await assert.rejects(freePort(port), { code: "EADDRINUSE" });
  server.close();
});

test("a port for a server is none that the system may hand out before the server listens at it", async () => {
  const chosen = await Promise.all(Array.from({ length: 100 }, () => anyFreePort()));
  assert.ok(chosen.every((port) => port < ephemeralLowest()));
  assert.ok(new Set(chosen).size > 90);
});

test("where the system may hand out every port, any free one is chosen", async () => {
  assert.ok((await anyFreePort(1_024)) >= 1_024);
});
