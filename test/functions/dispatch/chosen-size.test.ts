// Without a size, whichever way an order comes in, the picture is as large as its people and adapters need, and costs what that size costs.

import { exports } from "cloudflare:workers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { beforeAll, describe, expect, it } from "vitest";
import type { Composition, Generation } from "../../../schema/contract/index.ts";
import { requestOfAdapter, requestOfMix } from "../../../site/ui/page-requests.ts";
import { ORIGIN, type Person, person, published } from "../cast.ts";

const [ANA, BO] = [{ ref: "ada/ana" }, { ref: "ada/bo" }];
const RIGHT = { x: 0.5, y: 0, width: 0.5, height: 1 };
const PAIR = "<ana> smiling; <bo> laughing; sky background";
let ada: Person;
let composition: Composition;
beforeAll(async () => {
  ada = await person("Ada");
  for (const name of ["ana", "bo"]) await published(ada, name);
  composition = await ada.must("POST", "/v1/compositions", { members: [ANA, BO], prompt: PAIR });
  await ada.must("POST", `/v1/compositions/${composition.id}/publish`, { name: "pair" });
});

const newest = async () =>
  (await ada.must<{ items: Generation[] }>("GET", "/v1/generations?limit=1")).items[0];
const chosen = (job: Generation | undefined) => [job?.request.size, job?.cost.credits];
const ordered = async (body: object) =>
  chosen(await ada.must<Generation>("POST", "/v1/generations", { steps: 4, ...body }));

describe("without a size there is room for everybody", () => {
  it.each<[string, object, [string, number]]>([
    ["one adapter", { adapters: [ANA], prompt: "<ana> smiling" }, ["256x256", 4]],
    ["two adapters", { adapters: [ANA, BO], prompt: PAIR }, ["512x256", 8]],
    ["two adapters of which one is named", { adapters: [ANA, BO], prompt: "<ANA> smiling" }, ["256x256", 4]],
    [
      "two adapters of which none is named",
      { adapters: [ANA, BO], prompt: "sky background" },
      ["256x256", 4],
    ],
    [
      "one that is not named, beside somebody",
      { adapters: [ANA, BO], prompt: "<ana>; a man" },
      ["512x256", 8],
    ],
    [
      "one by another word",
      { adapters: [ANA, { ...BO, as: "<bob>" }], prompt: "<ana>; <bob>" },
      ["512x256", 8],
    ],
    [
      "one whose own word is not its own here",
      { adapters: [ANA, { ...BO, as: "<bob>" }], prompt: "<ana>" },
      ["256x256", 4],
    ],
    [
      "one that is not named, with a box",
      { adapters: [ANA, { ...BO, region: RIGHT }], prompt: "<ana>" },
      ["512x256", 8],
    ],
    ["a mix of which one is named", { mix: "ada/pair", prompt: "<ana> smiling" }, ["256x256", 4]],
    ["an adapter beside somebody", { adapters: [ANA], prompt: "<ana>; a man" }, ["512x256", 8]],
    ["a base alone", { base: "cast-3", prompt: "sky background" }, ["256x256", 4]],
    ["people of the base", { base: "cast-3", prompt: "a man; a woman; a boy" }, ["768x256", 12]],
    ["a mix", { mix: "ada/pair", prompt: PAIR }, ["512x256", 8]],
    ["a mix and somebody", { mix: "ada/pair:1", prompt: `${PAIR}; a man` }, ["768x256", 12]],
  ])("in generations: %s", async (_, body, size) => {
    expect(await ordered(body)).toEqual(size);
  });

  it("in pictures of a composition", async () => {
    expect(await ordered({ composition_id: composition.id, prompt: PAIR })).toEqual(["512x256", 8]);
  });

  it("which a size that was asked for may not have", async () => {
    const narrow = { adapters: [ANA, BO], prompt: PAIR, size: "256x256" };
    expect((await ada.ask("POST", "/v1/generations", narrow)).status).toBe(400);
    expect(await ordered({ ...narrow, prompt: "<ana> smiling" })).toEqual(["256x256", 4]);
  });

  it("in the snippets of an adapter's and a mix's page", async () => {
    const one = requestOfAdapter({ ref: "ada/ana" }, { trigger: "<ana>", strength: 0.7 });
    expect((await ordered(one))[0]).toBe("256x256");
    const mix = { ref: "ada/pair", number: 1, members: [{ trigger: "<ana>" }, { trigger: "<bo>" }] };
    for (const prompt of [PAIR, ""]) {
      expect((await ordered(requestOfMix({ ...mix, composition: { prompt } })))[0]).toBe("512x256");
    }
  });

  it("in the tools of assistants", async () => {
    const client = new Client({ name: "test", version: "1" });
    const fetch = (url: string | URL, init?: RequestInit) => exports.default.fetch(new Request(url, init));
    const transport = new StreamableHTTPClientTransport(new URL("/mcp", ORIGIN), {
      requestInit: { headers: { authorization: `Bearer ${ada.key}` } },
      fetch,
    });
    await client.connect(transport as never);
    // Its answer comes once the picture is drawn or the wait is over: what was ordered is seen before.
    for (const members of [{ adapters: [ANA, BO] }, { mix: "ada/pair" }]) {
      const before = (await newest())?.id;
      const cancel = new AbortController();
      const call = client.callTool(
        { name: "generate", arguments: { prompt: PAIR, steps: 4, ...members } },
        undefined,
        { signal: cancel.signal },
      );
      call.catch(() => {});
      await expect.poll(async () => (await newest())?.id).not.toBe(before);
      expect(chosen(await newest())).toEqual(["512x256", 8]);
      cancel.abort();
    }
    await client.close();
  });
});

describe("without a size, in Replicate's calls", () => {
  const predicted = async (path: string, input: object) => {
    await ada.must("POST", `/replicate/v1/models/${path}/predictions`, {
      input: { num_inference_steps: 4, ...input },
    });
    return chosen(await newest());
  };
  it.each<[string, object, string]>([
    ["bases/cast-3", { prompt: "a man; a woman" }, "512x256"],
    ["bases/cast-3", { prompt: "smiling" }, "256x256"],
    ["ada/ana", { prompt: "sky; smiling" }, "256x256"],
    ["ada/ana", { prompt: "smiling; and a man" }, "512x256"],
    ["ada/ana", { prompt: "smiling", adapters: [BO] }, "512x256"],
    ["ada/pair", { prompt: "smiling" }, "512x256"],
    ["ada/pair", { prompt: `${PAIR}; a man` }, "768x256"],
  ])("%s has room for %o", async (path, input, size) => {
    expect((await predicted(path, input))[0]).toBe(size);
  });
});
