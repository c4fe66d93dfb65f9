// The local server of `npm start`, asked from outside as a neighbour on the machine or a page in the browser could: what it must not give away.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { migrate } from "../../scripts/local/migrate.ts";
import { type Home, homeAt, ROOT, WRANGLER } from "../../scripts/local/paths.ts";
import { anyFreePort } from "../../scripts/local/ports.ts";
import { copySeeded } from "../../scripts/local/seeded.ts";
import { type LocalServer, startServer } from "../../scripts/local/server.ts";
import { WRANGLER_ENV } from "../../scripts/local/worker.ts";

/** fetch does not let a program choose the Host. */
function statusAt(
  url: string,
  path: string,
  host: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, headers: { host, ...headers } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    }).on("error", reject);
  });
}

/** A request as it is written, which no library writes so. */
function answerTo(url: string, lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
    socket.on("data", (bytes) => {
      text += bytes;
    });
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
}

/** What wrangler says of the migrations of a database that nobody has open. */
async function missingMigrations(home: Home): Promise<string> {
  const args = ["d1", "migrations", "list", "DB", "--local", "--persist-to", home.state];
  const options = { cwd: ROOT, env: { ...process.env, ...WRANGLER_ENV } };
  return (await promisify(execFile)(process.execPath, [WRANGLER, ...args], options)).stdout;
}

describe("a local server", { timeout: 180_000 }, () => {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-local-")));
  let server: LocalServer;
  let migrations: string;

  before(async () => {
    copySeeded(home);
    await migrate(home);
    migrations = await missingMigrations(home);
    const signal = new AbortController().signal;
    server = await startServer({ home, port: await anyFreePort(), runners: 0, signal, say: () => {} });
  });
  after(async () => {
    await server?.end();
    rmSync(home.path, { recursive: true, force: true });
  });

  test("does not serve wrangler's Local Explorer", async () => {
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

  test("serves no stored file, runs no cron and accepts no email without a key", async () => {
    const { items } = (await (await fetch(`${server.url}/v1/adapters?limit=1`)).json()) as {
      items: { latest_version: { sha256: string } }[];
    };
    const sha256 = items[0]?.latest_version.sha256 ?? "";
    assert.match(sha256, /^[0-9a-f]{64}$/);
    for (const path of [
      `/cdn-cgi/local/r2/public/orthoplex-blobs/blobs/${sha256}`,
      `/%63dn-cgi/local/r2/public/orthoplex-blobs/blobs/${sha256}`,
      `/./cdn-cgi/local/r2/public/orthoplex-blobs/blobs/${sha256}`,
      `/a/..//cdn-cgi/local/r2/public/orthoplex-blobs/blobs/${sha256}`,
      "/cdn-cgi/local/scheduled?time=9999999999999",
      "/cdn-cgi/handler/scheduled",
      "/cdn-cgi/local/email?from=a@a.example&to=b@b.example",
      "/cdn-cgi/local/platform-proxy",
    ]) {
      assert.equal(await statusAt(server.url, path, new URL(server.url).host), 404, path);
    }
  });

  test("takes its address from its own Host and port, and from no other header", async () => {
    const { host, port } = new URL(server.url);
    assert.equal(await statusAt(server.url, "/v1/bases", `localhost:${port}`), 200);
    for (const other of [
      `localhost:${Number(port) + 1}`,
      "localhost",
      "127.evil.example",
      `evil.example:${port}`,
    ]) {
      assert.equal(await statusAt(server.url, "/v1/bases", other), 421, other);
    }
    for (const [name, value] of [
      ["mf-original-url", "http://evil.example/v1/bases"],
      ["mf-original-url", "http://localhost/cdn-cgi/local/scheduled"],
      ["mf-route-override", "nothing"],
      ["mf-cf-blob", "no JSON"],
      ["x-forwarded-host", "evil.example"],
      ["x-forwarded-proto", "https"],
      ["forwarded", "host=evil.example"],
    ] as const) {
      assert.equal(await statusAt(server.url, "/v1/bases", host, { [name]: value }), 200, name);
      const answer = await answerTo(server.url, [
        "GET /v1/adapters?limit=1 HTTP/1.1",
        ...[`host: ${host}`, `${name}: ${value}`, "connection: close"],
      ]);
      assert.match(answer, new RegExp(`"http://${host}/v1/images/`), name);
    }
    const absolute = (address: string) =>
      answerTo(server.url, [`GET ${address} HTTP/1.1`, `host: ${host}`, "connection: close"]);
    assert.match(await absolute("http://evil.example/v1/bases"), /^HTTP\/1.1 421 /);
    assert.match(await absolute(`http://127.0.0.1:${Number(port) + 1}/v1/bases`), /^HTTP\/1.1 421 /);
    assert.match(await absolute(`http://${host}/cdn-cgi/local/scheduled`), /^HTTP\/1.1 404 /);
    assert.match(await absolute(`http://${host}/v1/bases`), /^HTTP\/1.1 200 /);
  });

  test("passes streams, bodies of unknown length and WebSockets on", async () => {
    const sent = await fetch(`${server.url}/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.url },
      body: new Blob([JSON.stringify({ email: "a@b.example", password: "not this one 1" })]).stream(),
      duplex: "half",
    } as RequestInit);
    assert.equal(sent.status, 401);
    const { host } = new URL(server.url);
    const refused = await answerTo(server.url, [
      "GET /v1/generations/job_00000000000000000000/events HTTP/1.1",
      ...[`host: ${host}`, "connection: Upgrade", "upgrade: websocket", "sec-websocket-version: 13"],
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ]);
    assert.match(refused, /^HTTP\/1.1 40[14] [\s\S]*connection: close/);
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
      assert.notEqual(await statusAt(server.url, path, `localhost:${new URL(server.url).port}`), 421, path);
    }
  });

  test("has a database in which wrangler finds every migration applied", () => {
    assert.match(migrations, /No migrations to apply/);
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
