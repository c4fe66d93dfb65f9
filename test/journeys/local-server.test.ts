// The local server of `npm start`, asked from outside as a neighbour on the machine or a page in the browser could: what it must not give away.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { homeAt } from "../../scripts/local/paths.ts";
import { type LocalServer, startServer } from "../../scripts/local/server.ts";
import { freePort } from "../../scripts/local/worker.ts";

describe("a local server", { timeout: 180_000 }, () => {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-local-")));
  let server: LocalServer;

  before(async () => {
    const signal = new AbortController().signal;
    server = await startServer({ home, port: await freePort(0), runners: 0, signal, say: () => {} });
  });
  after(async () => {
    await server?.end();
    rmSync(home.path, { recursive: true, force: true });
  });

  test("has no explorer that anybody could read and change the database with", async () => {
    for (const path of [
      "/cdn-cgi/explorer",
      "/cdn-cgi/explorer/",
      "/cdn-cgi/explorer/api/d1/database",
      "/cdn-cgi/explorer/api/local/workers",
    ]) {
      const reply = await fetch(`${server.url}${path}`);
      const text = await reply.text();
      assert.equal(reply.status, 404, `${path}: ${text.slice(0, 200)}`);
    }
  });

  test("writes no file that another account of the machine could read", () => {
    const open = [
      home.path,
      ...readdirSync(home.path, { recursive: true }).map((name) => join(home.path, String(name))),
    ].flatMap((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat && (stat.mode & 0o077) !== 0 ? [`${path} ${(stat.mode & 0o777).toString(8)}`] : [];
    });
    assert.deepEqual(open, []);
  });
});
