// The marketplace as an assistant's client sees it: the SDK's own client over the Worker.

import { exports } from "cloudflare:workers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { MCP_SEARCH_MAX } from "../../../schema/contract/index.ts";
import { ask, Machine, ORIGIN, type Person, person, png, published, signUp } from "../cast.ts";

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

/** Leases what waits and settles it with one grey picture. */
async function drawOne(): Promise<void> {
  const [lease] = await machine.lease(1, 10);
  if (!lease) throw new Error("Nothing to draw");
  const meta = { width: 512, height: 256, seed: 7, recipe: {} };
  const output = await machine.deliver(lease.lease_id, "0.png", "image", await png(512, 256), meta);
  const settled = await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
  expect(settled.status).toBe(200);
}

describe("an assistant", () => {
  it("finds the tools, each with words and a schema", async () => {
    const { tools } = await (await withKey(bob)).listTools();
    const names = ["cancel_job", "compose", "generate", "get_adapter", "get_job", "search_adapters"];
    expect(tools.map(({ name }) => name).sort()).toEqual(names);
    for (const tool of tools) {
      expect(tool.description?.length).toBeGreaterThan(20);
      expect(tool.inputSchema.type).toBe("object");
    }
  });

  it("searches and reads without a key, and is told where one is needed", async () => {
    const client = await assistant({});
    const found = JSON.parse((await use(client, "search_adapters", { query: "kofi" })).text);
    expect(found.map(({ ref }: { ref: string }) => ref)).toEqual(["ada/kofi"]);
    expect(found[0].trigger).toBe("<kofi>");
    expect(JSON.parse((await use(client, "get_adapter", { ref: "ada/dalia" })).text).versions).toHaveLength(
      1,
    );
    const refused = await use(client, "generate", { prompt: "a person", base: "cast-2" });
    expect([refused.isError, refused.text.split(":")[0]]).toEqual([true, "auth_required"]);
  });

  it("composes, draws and is shown the picture", async () => {
    const client = await withKey(bob);
    const members = [{ ref: "ada/kofi" }, { ref: "ada/dalia", strength: 0.8 }];
    const composition = JSON.parse((await use(client, "compose", { members })).text);
    expect(composition.crosstalk.pairs[0].exact).toBe(true);
    const wish = { prompt: "<kofi> smiling; <dalia> sad", composition_id: composition.id, size: "512x256" };
    const [drawn] = await Promise.all([use(client, "generate", wish), drawOne()]);
    const told = JSON.parse(drawn.text);
    expect([told.status, told.images.length]).toEqual(["succeeded", 1]);
    expect(drawn.content[1]).toMatchObject({ type: "image", mimeType: "image/png" });
    expect(atob(drawn.content[1]?.data ?? "").slice(1, 4)).toBe("PNG");
    const again = await use(client, "get_job", { job_id: told.id });
    expect(JSON.parse(again.text).status).toBe("succeeded");
  });

  it("sees no job of others, and cancels its own", async () => {
    const job = await bob.must<{ id: string }>("POST", "/v1/generations", {
      prompt: "a person",
      base: "cast-2",
    });
    const stranger = await use(await withKey(ada), "get_job", { job_id: job.id });
    expect([stranger.isError, stranger.text.split(":")[0]]).toEqual([true, "not_found"]);
    const canceled = await use(await withKey(bob), "cancel_job", { job_id: job.id });
    expect(JSON.parse(canceled.text).status).toBe("canceled");
  });

  it("is told what is wrong with a wish by the API's own code and pointer", async () => {
    const client = await withKey(bob);
    const unknown = await use(client, "generate", { prompt: "x", adapters: [{ ref: "ada/nobody" }] });
    expect(unknown.text).toMatch(/^adapter_unknown: .*\n\/adapters\/0\/ref: /s);
    const strange = await use(client, "search_adapters", { limit: MCP_SEARCH_MAX + 1 });
    expect(strange.isError).toBe(true);
  });

  it("may do with a key only what the key may", async () => {
    const reader = await person("Reader", ["read"]);
    const refused = await use(await withKey(reader), "generate", { prompt: "a person", base: "cast-2" });
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
    const reply = await ask("GET", "/mcp");
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
