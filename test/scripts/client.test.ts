// The typed client: what is generated is current, refusals are errors that say why, and event streams are read however they are cut.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ApiError, eventsOf, Orthoplex } from "../../schema/client/index.ts";
import { generateTypes, withRoutes } from "../../scripts/generate-client.ts";
import { LOCAL, ROOT } from "../../scripts/local/paths.ts";
import { packClient } from "../../scripts/pack-client.ts";

/** A body that arrives in these pieces. */
function inPieces(...pieces: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}

async function all(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const events: unknown[] = [];
  for await (const event of eventsOf(body)) events.push(event);
  return events;
}

describe("an event stream", () => {
  const text =
    'id: 7\nevent: progress\ndata: {"step":1,\ndata: "total":2}\n\n: ping\n\nevent: done\ndata: {}\n\n';
  const expected = [
    { id: "7", event: "progress", data: '{"step":1,\n"total":2}' },
    { id: "7", event: "done", data: "{}" },
  ];

  test("is the same however its bytes are cut", async () => {
    for (let cut = 0; cut <= text.length; cut++) {
      assert.deepEqual(await all(inPieces(text.slice(0, cut), text.slice(cut))), expected, `cut at ${cut}`);
    }
  });

  test("yields no truncated event at its end", async () => {
    assert.deepEqual(await all(inPieces("event: done\ndata: {}\n")), []);
  });
});

describe("a client", () => {
  const answering = (status: number, body: unknown, type = "application/json") => {
    const asked: Request[] = [];
    const client = new Orthoplex({
      url: "https://orthoplex.example",
      key: "opx_1",
      fetch: async (request) => {
        asked.push(request);
        const text = typeof body === "string" ? body : JSON.stringify(body);
        return new Response(text, { status, headers: { "content-type": type } });
      },
    });
    return { client, asked };
  };
  const problem = {
    ...{ type: "about:blank", title: "Nothing is here", status: 404, code: "not_found", instance: "/x" },
    ...{ detail: "There is no such adapter.", errors: [{ pointer: "/ref", detail: "is unknown" }] },
  };
  const init = { params: { path: { owner: "ada", name: "two words" } } };

  test("sends its key, and parameters in the path", async () => {
    const { client, asked } = answering(200, { items: [], next_cursor: null });
    await client.get("/v1/adapters/{owner}/{name}", init);
    await client.get("/v1/adapters", { params: { query: { q: "a b", limit: 2 } } });
    assert.deepEqual(
      asked.map(({ url }) => url.slice("https://orthoplex.example".length)),
      ["/v1/adapters/ada/two%20words", "/v1/adapters?q=a%20b&limit=2"],
    );
    assert.equal(asked[0]?.headers.get("authorization"), "Bearer opx_1");
  });

  test("throws a refusal with its code and pointers, and finds null where nothing is", async () => {
    const { client } = answering(404, problem, "application/problem+json");
    await assert.rejects(client.get("/v1/adapters/{owner}/{name}", init), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.problem?.code, "not_found");
      assert.match(error.message, /404 not_found: There is no such adapter\.\n {2}\/ref: is unknown/);
      return true;
    });
    assert.equal(await client.find("/v1/adapters/{owner}/{name}", init), null);
  });

  test("throws other answers without taking them for a refusal", async () => {
    const { client } = answering(502, "Bad gateway", "text/html");
    await assert.rejects(client.get("/v1/account"), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.deepEqual([error.status, error.problem], [502, null]);
      return true;
    });
  });
});

test("schema/client/openapi.ts is generated from schema/openapi.json", async () => {
  const written = readFileSync(join(ROOT, "schema/client/openapi.ts"), "utf8");
  assert.ok(written === (await generateTypes()), "stale: npm run x -- client");
});

test("docs/api.md has a row for every operation of schema/openapi.json", () => {
  const page = readFileSync(join(ROOT, "docs/api.md"), "utf8");
  assert.ok(page === withRoutes(page), "stale: npm run x -- client");
});

test("its package holds JavaScript that runs and declarations that type an answer", {
  timeout: 120_000,
}, async (t) => {
  mkdirSync(LOCAL, { recursive: true });
  // Inside the checkout, so that its dependencies are found.
  const folder = mkdtempSync(join(LOCAL, "client-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.ok(existsSync(packClient(folder)));
  const user = join(folder, "user.ts");
  writeFileSync(
    user,
    `import { Orthoplex } from "./package/index.js";
const api = new Orthoplex({ url: "https://orthoplex.example" });
export const title: Promise<string> = api.get("/v1/adapters", { params: { query: { limit: 1 } } }).then(({ items }) => items[0]?.title ?? "");
// @ts-expect-error: there is no such path
api.get("/v1/nothing");
`,
  );
  const options = [
    "--noEmit",
    "--ignoreConfig",
    "--strict",
    "--skipLibCheck",
    "--module",
    "ESNext",
    "--moduleResolution",
    "Bundler",
  ];
  const tsc = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/typescript7/bin/tsc"), ...options, user],
    {
      encoding: "utf8",
    },
  );
  assert.equal(tsc.status, 0, tsc.stdout);
  const { Orthoplex: Packed } = await import(pathToFileURL(join(folder, "package", "index.js")).href);
  assert.equal(new Packed({ url: "https://orthoplex.example" }).url, "https://orthoplex.example");
});
