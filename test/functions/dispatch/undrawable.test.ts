// More people than the base has room for are refused before anything is charged, whichever way an order comes in.

import { env, exports } from "cloudflare:workers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Composition } from "../../../schema/contract/index.ts";
import { ORIGIN, type Person, person, published } from "../cast.ts";

const NAMES = ["ana", "bo", "cy", "di"];
const FOUR = "<ana> smiling; <bo> sad; <cy> angry; <di> silly";
const THREE = "<ana> smiling; <bo> sad; <cy> angry";
const NO_ROOM = "The prompt describes 4 people; cast-3 has room for 3 at most.";
const adapters = NAMES.map((name) => ({ ref: `ada/${name}` }));
let ada: Person;
beforeAll(async () => {
  ada = await person("Ada");
  for (const name of NAMES) await published(ada, name);
});

const counted = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");
afterEach(async () => {
  expect([await counted("jobs"), await counted("ledger")]).toEqual([0, 0]);
});

async function refused(path: string, body: unknown) {
  const { status, body: refusal } = await ada.ask("POST", path, body);
  return [status, refusal.code, refusal.errors?.[0]?.pointer, refusal.detail];
}

describe("more people than a picture has room for are refused", () => {
  it("in generations, by adapters and by plain words", async () => {
    const beyond = [400, "request_invalid", "/prompt", NO_ROOM];
    const size = "768x256";
    expect(await refused("/v1/generations", { adapters, prompt: FOUR, size })).toEqual(beyond);
    expect(await refused("/v1/generations", { adapters, prompt: FOUR })).toEqual(beyond);
    const plain = { base: "cast-3", prompt: "a man; a woman; a boy; a robot", size };
    expect(await refused("/v1/generations", plain)).toEqual(beyond);
    const narrow = await refused("/v1/generations", { adapters, prompt: THREE, size: "512x256" });
    expect(narrow.slice(0, 3)).toEqual([400, "request_invalid", "/size"]);
    expect(narrow[3]).toContain("768x256 has room for 3");
  });

  it("in compositions, and in pictures of one", async () => {
    expect(await refused("/v1/compositions", { members: adapters, prompt: FOUR })).toEqual([
      ...[400, "request_invalid", "/prompt", NO_ROOM],
    ]);
    const saved = await ada.must<Composition>("POST", "/v1/compositions", { members: adapters });
    expect((await refused("/v1/generations", { composition_id: saved.id, prompt: FOUR }))[3]).toBe(NO_ROOM);
  });

  it("in mixes: an older composition is not published, and pictures of a mix are held to it", async () => {
    const saved = await ada.must<Composition>("POST", "/v1/compositions", { members: adapters });
    await env.DB.prepare("UPDATE compositions SET prompt = ? WHERE id = ?").bind(FOUR, saved.id).run();
    const publish = `/v1/compositions/${saved.id}/publish`;
    expect((await refused(publish, { name: "crowd" }))[3]).toBe(NO_ROOM);
    await env.DB.prepare("UPDATE compositions SET prompt = ? WHERE id = ?").bind(THREE, saved.id).run();
    await ada.must("POST", publish, { name: "crowd" });
    expect((await refused("/v1/generations", { mix: "ada/crowd", prompt: FOUR }))[3]).toBe(NO_ROOM);
    // Without triggers each member gets a clause of its own.
    expect(
      (await refused("/openai/v1/images/generations", { model: "ada/crowd", prompt: "smiling" }))[3],
    ).toBe(NO_ROOM);
  });

  it("in OpenAI's and Replicate's calls, where the triggers are put in", async () => {
    const [, ...others] = adapters;
    const openai = { model: "ada/ana", adapters: others, prompt: "smiling" };
    const reply = await ada.ask("POST", "/openai/v1/images/generations", openai);
    expect([reply.status, JSON.stringify(reply.body).includes(NO_ROOM)]).toEqual([400, true]);
    const input = { adapters: others, prompt: "smiling" };
    const replicate = await ada.ask("POST", "/replicate/v1/models/ada/ana/predictions", { input });
    expect([replicate.status, JSON.stringify(replicate.body).includes(NO_ROOM)]).toEqual([400, true]);
  });

  it("in the tools of assistants", async () => {
    const client = new Client({ name: "test", version: "1" });
    const fetch = (url: string | URL, init?: RequestInit) => exports.default.fetch(new Request(url, init));
    const headers = { authorization: `Bearer ${ada.key}` };
    const transport = new StreamableHTTPClientTransport(new URL("/mcp", ORIGIN), {
      requestInit: { headers },
      fetch,
    });
    await client.connect(transport as never);
    const result = await client.callTool({ name: "generate", arguments: { prompt: FOUR, adapters } });
    expect([result.isError, JSON.stringify(result.content).includes(NO_ROOM)]).toEqual([true, true]);
    await client.close();
  });
});
