// The local server of `npm start`, asked from outside as a neighbour on the machine or a page in the browser could: what it must not give away.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { homeAt } from "../../scripts/local/paths.ts";
import { type LocalServer, startServer } from "../../scripts/local/server.ts";
import { freePort } from "../../scripts/local/worker.ts";

/** fetch does not let a program choose the Host. */
function statusAt(url: string, path: string, host: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, headers: { host } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    }).on("error", reject);
  });
}

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

  test("serves its pages with the headers of the site, by the Worker that knows its host", async () => {
    const page = await fetch(`${server.url}/`);
    assert.equal(page.status, 200);
    for (const [name, value] of [
      ["strict-transport-security", /max-age=/],
      ["content-security-policy", /default-src 'none'/],
      ["x-content-type-options", /nosniff/],
    ] as const) {
      assert.match(page.headers.get(name) ?? "", value, name);
    }
    const script = /<script[^>]* src="(\/assets\/[^"]+)"/.exec(await page.text())?.[1] ?? "";
    assert.match((await fetch(`${server.url}${script}`)).headers.get("cache-control") ?? "", /immutable/);
    const gone = await fetch(`${server.url}/assets/gone.js`);
    assert.deepEqual([gone.status, gone.headers.get("cache-control")], [404, "no-store"]);
    assert.match(
      (await fetch(`${server.url}/compose/`)).headers.get("cross-origin-embedder-policy") ?? "",
      /require-corp/,
    );
    assert.equal((await fetch(`${server.url}/nothing/here/`)).status, 404);
  });

  test("serves nothing under a foreign host", async () => {
    for (const path of ["/", "/v1/bases", "/auth/get-session", "/a/orthoplex/ivy"]) {
      assert.equal(await statusAt(server.url, path, "evil.example"), 421, path);
      assert.notEqual(await statusAt(server.url, path, "localhost"), 421, path);
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
