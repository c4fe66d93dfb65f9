// The marketplace as an assistant's client sees it: the SDK's own client over the Worker.

import { exports } from "cloudflare:workers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { JSON_BODY_MAX_BYTES, MCP_IMAGE_MAX_BYTES, MCP_SEARCH_MAX } from "../../../schema/contract/index.ts";
import { ask, Machine, ORIGIN, type Person, person, png, pngChunk, published, signUp } from "../cast.ts";

type Content = { type: string; text?: string; data?: string; mimeType?: string };

let ada: Person;
let bob: Person;
let operator: Person;
let machine: Machine;
const open: Client[] = [];

beforeAll(async () => {
  [ada, bob, operator] = [await person("Ada"), await person("Bob"), await person("Operator")];
  await published(ada, "kofi");
  await published(ada, "dalia");
  machine = await Machine.register(operator);
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
});

async function assistant(headers: Record<string, string>): Promise<Client> {
  const client = new Client({ name: "test", version: "1" });
  const fetch = (url: string | URL, init?: RequestInit) => exports.default.fetch(new Request(url, init));
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", ORIGIN), {
    requestInit: { headers },
    fetch,
  });
  await client.connect(transport as never);
  open.push(client);
  return client;
}
const withKey = (who: Person) => assistant({ authorization: `Bearer ${who.key}` });

async function use(client: Client, name: string, given: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: given });
  const content = result.content as Content[];
  return { content, text: content[0]?.text ?? "", isError: result.isError === true };
}

/** Leases what waits and settles it with these pictures, or one grey one. */
async function runOne(pictures?: Uint8Array<ArrayBuffer>[]): Promise<void> {
  const [lease] = await machine.lease(1, 10);
  if (!lease) throw new Error("Nothing to draw");
  const outputs = [];
  for (const [i, bytes] of (pictures ?? [await png(512, 256)]).entries()) {
    const meta = { width: 512, height: 256, recipe: {} };
    outputs.push(await machine.deliver(lease.lease_id, { name: `${i}.png`, role: "image", meta }, bytes));
  }
  const settled = await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs });
  expect(settled.status).toBe(200);
}

/** A black picture of so many bytes: its rows are not packed, and blocks without bytes stand between them and the end of their stream. */
async function pngOf(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const [width, height] = [512, 256];
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 0], 8);
  const block = (length: number, isLast: boolean) => {
    const stored = new Uint8Array(5 + length);
    stored.set([Number(isLast), length & 255, length >> 8, ~length & 255, (~length >> 8) & 255]);
    return stored;
  };
  const rows = (1 + width) * height;
  const stored = [block(65_535, false), block(65_535, false), block(rows - 2 * 65_535, false)];
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, ((rows % 65_521) << 16) | 1);
  // What the rest takes: signature, two chunks, the stream's head, rows, last block and checksum, and the end.
  const rest = bytes - (8 + 25 + 12 + 2 + rows + 3 * 5 + 5 + 4 + 12);
  // Blocks have five bytes; a chunk of the stream's own makes up for what is left of them.
  const chunks = (3 * rest) % 5;
  const empty = Array.from({ length: (rest - 12 * chunks) / 5 }, () => block(0, false));
  const stream = new Blob([new Uint8Array([0x78, 1]), ...stored, ...empty, block(0, true), checksum]);
  const parts = [
    Uint8Array.from("\x89PNG\r\n\x1a\n", (character) => character.charCodeAt(0)),
    pngChunk("IHDR", header),
    pngChunk("IDAT", new Uint8Array(await stream.arrayBuffer())),
    ...Array.from({ length: chunks }, () => pngChunk("IDAT", new Uint8Array())),
    pngChunk("IEND", new Uint8Array()),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

describe("an assistant", () => {
  it("lists the tools, each with a description and a schema", async () => {
    const { tools } = await (await withKey(bob)).listTools();
    const names = ["cancel_job", "compose", "generate", "get_adapter", "get_job", "search_adapters"];
    expect(tools.map(({ name }) => name).sort()).toEqual(names);
    for (const tool of tools) {
      expect(tool.description?.length).toBeGreaterThan(20);
      expect(tool.inputSchema.type).toBe("object");
    }
  });

  it("searches and reads without a key, and gets an error where one is needed", async () => {
    const client = await assistant({});
    const found = JSON.parse((await use(client, "search_adapters", { query: "kofi" })).text);
    expect(found.map(({ ref }: { ref: string }) => ref)).toEqual(["ada/kofi"]);
    expect(found[0].trigger).toBe("<kofi>");
    expect(JSON.parse((await use(client, "get_adapter", { ref: "ada/dalia" })).text).versions).toHaveLength(
      1,
    );
    const refused = await use(client, "generate", { prompt: "a person", base: "cast-3" });
    expect([refused.isError, refused.text.split(":")[0]]).toEqual([true, "auth_required"]);
  });

  it("composes, generates and gets the picture", async () => {
    const client = await withKey(bob);
    const members = [{ ref: "ada/kofi" }, { ref: "ada/dalia", strength: 0.8 }];
    const composition = JSON.parse((await use(client, "compose", { members })).text);
    expect(composition.crosstalk.pairs[0].exact).toBe(true);
    const input = { prompt: "<kofi> smiling; <dalia> sad", composition_id: composition.id, size: "512x256" };
    const [generated] = await Promise.all([use(client, "generate", input), runOne()]);
    const received = JSON.parse(generated.text);
    expect([received.status, received.images.length]).toEqual(["succeeded", 1]);
    expect(generated.content[1]).toMatchObject({ type: "image", mimeType: "image/png" });
    expect(atob(generated.content[1]?.data ?? "").slice(1, 4)).toBe("PNG");
    const again = await use(client, "get_job", { job_id: received.id });
    expect(JSON.parse(again.text).status).toBe("succeeded");
  });

  it("shows a picture of a mebibyte and names the address of a larger one; neither address needs the key", async () => {
    const client = await withKey(bob);
    const input = { prompt: "a person", base: "cast-3", size: "512x256", count: 2 };
    const pictures = [await pngOf(MCP_IMAGE_MAX_BYTES), await pngOf(MCP_IMAGE_MAX_BYTES + 1)];
    const [generated] = await Promise.all([use(client, "generate", input), runOne(pictures)]);
    expect(generated.content.map(({ type }) => type)).toEqual(["text", "image", "text"]);
    expect(atob(generated.content[1]?.data ?? "")).toHaveLength(MCP_IMAGE_MAX_BYTES);
    const { images } = JSON.parse(generated.text) as { images: { url: string }[] };
    for (const [i, { url }] of images.entries()) {
      const fetched = await exports.default.fetch(new Request(url));
      expect([fetched.status, fetched.headers.get("content-type")]).toEqual([200, "image/png"]);
      expect((await fetched.arrayBuffer()).byteLength).toBe(pictures[i]?.length);
    }
    expect(images).toHaveLength(2);
    const changed = new URL(images[0]?.url ?? "");
    changed.searchParams.delete("signature");
    expect((await exports.default.fetch(new Request(changed))).status).toBe(403);
  });

  it("sees no job of others, and cancels its own", async () => {
    const job = await bob.must<{ id: string }>("POST", "/v1/generations", {
      prompt: "a person",
      base: "cast-3",
    });
    const stranger = await use(await withKey(ada), "get_job", { job_id: job.id });
    expect([stranger.isError, stranger.text.split(":")[0]]).toEqual([true, "not_found"]);
    const canceled = await use(await withKey(bob), "cancel_job", { job_id: job.id });
    expect(JSON.parse(canceled.text).status).toBe("canceled");
  });

  it("gets the API's own code and pointer for a faulty request", async () => {
    const client = await withKey(bob);
    const unknown = await use(client, "generate", { prompt: "x", adapters: [{ ref: "ada/nobody" }] });
    expect(unknown.text).toMatch(/^adapter_unknown: .*\n\/adapters\/0\/ref: /s);
    const strange = await use(client, "search_adapters", { limit: MCP_SEARCH_MAX + 1 });
    expect(strange.isError).toBe(true);
  });

  it("gets the name of an argument that a tool does not have", async () => {
    const client = await withKey(bob);
    for (const [name, given] of [
      ["search_adapters", { q: "kofi" }],
      ["get_adapter", { ref: "ada/kofi", version: 1 }],
      ["compose", { members: [{ ref: "ada/kofi" }], base: "nope" }],
      ["generate", { prompt: "sad", base: "cast-3", widht: 3 }],
      ["get_job", { job_id: `job_${"0".repeat(22)}`, wait: true }],
    ] as const) {
      const refused = await use(client, name, given);
      const unknown = Object.keys(given).at(-1) ?? "";
      expect([name, refused.isError, refused.text]).toEqual([name, true, expect.stringContaining(unknown)]);
    }
  });

  it("has only the rights of its key", async () => {
    const reader = await person("Reader", ["read"]);
    const refused = await use(await withKey(reader), "generate", { prompt: "a person", base: "cast-3" });
    expect(refused.text).toMatch(/^scope_missing: /);
  });

  it("is refused with a key that is not one, and a session does not count", async () => {
    await expect(assistant({ authorization: "Bearer opx_nothing" })).rejects.toThrow(/401|key/i);
    const client = await assistant({ cookie: await signUp("Zoe") });
    expect((await use(client, "compose", { members: [{ ref: "ada/kofi" }] })).text).toMatch(
      /^auth_required: /,
    );
  });

  it("has no session to listen to", async () => {
    for (const method of ["GET", "DELETE"]) {
      const reply = await ask(method, "/mcp");
      expect([reply.status, reply.headers.get("allow")]).toEqual([405, "POST"]);
      expect([reply.body.status, reply.body.code]).toEqual([405, "method_not_allowed"]);
    }
  });

  it("sends one message a request, as JSON, of a bounded size", async () => {
    const accept = { accept: "application/json, text/event-stream" };
    const call = { jsonrpc: "2.0", id: 1, method: "tools/list" };
    const sent = async (body: unknown) => {
      const reply = await ask<{ error?: { code: unknown }; code?: string }>("POST", "/mcp", {
        headers: accept,
        body,
      });
      return [reply.status, reply.body.error?.code ?? null];
    };
    expect(await sent(call)).toEqual([200, null]);
    for (const batch of [[call, { ...call, id: 2 }], [call], []])
      expect(await sent(batch)).toEqual([400, -32600]);
    expect(await sent("{")).toEqual([400, -32700]);
    const padded = (bytes: number) => ({ ...call, params: { pad: "x".repeat(bytes - 66) } });
    expect(JSON.stringify(padded(JSON_BODY_MAX_BYTES))).toHaveLength(JSON_BODY_MAX_BYTES);
    expect((await sent(padded(JSON_BODY_MAX_BYTES)))[0]).toBe(200);
    expect(await sent(padded(JSON_BODY_MAX_BYTES + 1))).toEqual([413, "body_too_large"]);
  });

  it("may be a page of any origin, which reads the answer but sends no cookie along", async () => {
    const preflight = await ask("OPTIONS", "/mcp", {
      headers: {
        origin: "https://assistant.test",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,mcp-protocol-version",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-headers")).toBe(
      "authorization,content-type,mcp-protocol-version",
    );
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
  });
});
