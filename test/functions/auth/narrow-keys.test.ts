// A key can do what its scopes say: without `read` it sees public data only.

import { beforeAll, describe, expect, it } from "vitest";
import type { Composition, Generation, Scope, Version } from "../../../schema/contract/index.ts";
import { ask, Machine, type Person, person, png, published } from "../cast.ts";
import { mixOf } from "../compose/mix-cast.ts";

let ada: Person;
let version: Version;
let composition: Composition;
let image: string;
beforeAll(async () => {
  ada = await person("Ada");
  version = await published(ada, "secret", { visibility: "private" });
  const mix = await mixOf(ada, "hidden", ["ada/secret"], { visibility: "private" });
  composition = mix.composition as unknown as Composition;
  await ada.must("POST", "/v1/collections", { name: "drawer", title: "Drawer", visibility: "private" });
  const job = await ada.must<Generation>("POST", "/v1/generations", {
    base: "cast-3",
    prompt: "sad",
    count: 1,
  });
  const machine = await Machine.register(await person("Operator"));
  const [lease] = await machine.lease();
  const id = lease?.lease_id ?? "";
  const output = await machine.deliver(id, { name: "image-0.png", role: "image" }, await png(256, 256));
  await machine.on(id, "settle", { outcome: "succeeded", outputs: [output] });
  image = new URL(
    (await ada.must<Generation>("GET", `/v1/generations/${job.id}`)).result?.images[0]?.url ?? "",
  ).pathname;
});

async function keyOf(scopes: Scope[]): Promise<Record<string, string>> {
  const made = await ask<{ key: string }>("POST", "/v1/keys", {
    headers: { cookie: ada.cookie },
    body: { name: "narrow", scopes },
  });
  return { authorization: `Bearer ${made.body.key}` };
}
const statuses = async (headers: Record<string, string>) => {
  const paths = [
    "/v1/adapters/ada/secret",
    `/v1/versions/${version.id}`,
    `/v1/versions/${version.id}/download`,
    `/v1/versions/by-hash/${version.sha256}`,
    "/v1/mixes/ada/hidden",
    `/v1/compositions/${composition.id}`,
    "/v1/collections/ada/drawer",
    "/openai/v1/models/ada%2Fsecret",
    "/replicate/v1/models/ada/secret",
    image,
  ];
  return Promise.all(paths.map(async (path) => [path, (await ask("GET", path, { headers })).status]));
};

describe("a key", () => {
  it("with `read` sees its owner's private things", async () => {
    for (const [path, status] of await statuses(await keyOf(["read"])))
      expect([path, status]).toEqual([path, 200]);
  });

  it.each<Scope>(["publish", "runner"])("that may only %s sees none of them", async (scope) => {
    const headers = await keyOf([scope]);
    const seen = (await statuses(headers)).filter(([, status]) => status === 200);
    expect(seen).toEqual([]);
    const list = await ask<{ items: { name: string }[] }>("GET", "/v1/adapters?owner=ada", { headers });
    expect([list.status, list.body.items]).toEqual([200, []]);
  });

  it("that may only generate fetches its generated pictures and nothing else", async () => {
    const seen = (await statuses(await keyOf(["generate"]))).filter(([, status]) => status === 200);
    expect(seen).toEqual([[image, 200]]);
  });

  it("that may not read cannot set a webhook", async () => {
    const headers = await keyOf(["publish"]);
    const body = { url: "https://hooks.example.com/", events: ["*.*"] };
    const reply = await ask("POST", "/v1/webhooks", { headers, body });
    expect([reply.status, reply.body.code]).toEqual([403, "scope_missing"]);
  });
});
