// Two adapters that answer to one word: refused before anything is charged, by every entrance, and drawn once one is called otherwise.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Composition, Generation, Mix, Version } from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, published } from "../cast.ts";

let ada: Person;
let bob: Person;
let first: Version;
let second: Version;
let machine: Machine;
beforeAll(async () => {
  [ada, bob] = [await person("Ada"), await person("Bob")];
  // Any two people's ivy have the trigger <ivy>.
  [first, second] = [await published(ada, "ivy"), await published(bob, "ivy")];
  machine = await Machine.register(await person("Operator"));
});

const both = () => [{ version_id: first.id }, { version_id: second.id }];
const aliased = () => [{ version_id: first.id }, { version_id: second.id, as: "<ivy-2>" }];
const jobs = async () => (await env.DB.prepare("SELECT count(*) AS n FROM jobs").first<{ n: number }>())?.n;

describe("two adapters with one trigger", () => {
  it("are refused by every API before a job exists, with a word that would work", async () => {
    const prompt = "<ivy> smiling; <ivy> sad";
    const cases: [string, object, string][] = [
      ["/v1/generations", { adapters: both(), prompt }, "/adapters/1/as"],
      ["/v1/compositions", { members: both(), prompt }, "/members/1/as"],
      [
        "/openai/v1/images/generations",
        { model: "ada/ivy", adapters: [both()[1]], prompt },
        "/adapters/0/as",
      ],
      [
        "/replicate/v1/predictions",
        { version: "ada/ivy", input: { adapters: [both()[1]], prompt } },
        "/input/adapters/0/as",
      ],
    ];
    const before = await jobs();
    for (const [path, body, pointer] of cases) {
      const reply = await ada.ask("POST", path, body);
      expect([path, reply.status, reply.body.errors?.[0]?.pointer]).toEqual([path, 400, pointer]);
      expect(reply.body.detail).toContain('"as": "<ivy-2>"');
    }
    const params = { name: "generate", arguments: { adapters: both(), prompt } };
    const tool = await ask<{ result: { isError: boolean; content: { text: string }[] } }>("POST", "/mcp", {
      headers: { authorization: `Bearer ${ada.key}`, accept: "application/json, text/event-stream" },
      body: { jsonrpc: "2.0", id: 1, method: "tools/call", params },
    });
    expect([tool.body.result.isError, tool.body.result.content[0]?.text]).toEqual([
      ...[true, expect.stringContaining("<ivy-2>")],
    ]);
    expect(await jobs()).toBe(before);
  });

  it("are both handed to the runner once one is called by another word", async () => {
    const prompt = "<ivy> smiling; <ivy-2> sad";
    const body = { adapters: aliased(), prompt, size: "512x256" };
    const order = await ada.must<Generation>("POST", "/v1/generations", body);
    expect(order.request.adapters.map(({ trigger }) => trigger)).toEqual(["<ivy>", "<ivy-2>"]);
    const [lease] = await machine.lease(1, 5);
    if (lease?.kind !== "sample") throw new Error("Nothing to draw");
    expect(lease.spec.adapters.map(({ trigger }) => trigger)).toEqual(["<ivy>", "<ivy-2>"]);
    await ada.must("POST", `/v1/generations/${order.id}/cancel`);
  });

  it("keep their words in a composition, in what is drawn from it, in a mix and in its fork", async () => {
    const saved = await ada.must<Composition>("POST", "/v1/compositions", {
      members: aliased(),
      title: "Two",
    });
    const words = (members: { trigger: string }[]) => members.map(({ trigger }) => trigger);
    expect([words(saved.members), saved.warnings]).toEqual([["<ivy>", "<ivy-2>"], []]);
    const input = { composition_id: saved.id, prompt: "<ivy>; <ivy-2>", size: "512x256" };
    const order = await ada.must<Generation>("POST", "/v1/generations", input);
    expect(words(order.request.adapters)).toEqual(["<ivy>", "<ivy-2>"]);
    await ada.must("POST", `/v1/generations/${order.id}/cancel`);
    await ada.must<Mix>("POST", `/v1/compositions/${saved.id}/publish`, { name: "two" });
    const fork = await bob.must<Composition>("POST", "/v1/mixes/ada/two/fork", {});
    expect(words(fork.members)).toEqual(["<ivy>", "<ivy-2>"]);
    const drawn = await bob.must<Generation>("POST", "/v1/generations", {
      mix: "ada/two",
      prompt: "<ivy-2>",
    });
    expect(words(drawn.request.adapters)).toEqual(["<ivy>", "<ivy-2>"]);
    await bob.must("POST", `/v1/generations/${drawn.id}/cancel`);
  });

  it("accept a word in the form of a trigger, unless another member has it", async () => {
    for (const as of ["ivy", "<Ivy>", "<a\u200b>", ""]) {
      const members = [both()[0], { version_id: second.id, as }];
      const reply = await ada.ask("POST", "/v1/compositions", { members });
      expect([as, reply.status, reply.body.errors?.[0]?.pointer]).toEqual([as, 400, "/members/1/as"]);
    }
    const swapped = [
      { version_id: first.id, as: "<x>" },
      { version_id: second.id, as: "<x>" },
    ];
    expect((await ada.ask("POST", "/v1/compositions", { members: swapped })).status).toBe(400);
  });
});
