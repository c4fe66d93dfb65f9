// Replicate's models, versions, account and hardware.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BASES } from "../../../functions/catalog/bases.ts";
import type { ReplicateModel, ReplicateVersion } from "../../../schema/contract/compat-replicate.ts";
import { ask, ORIGIN, person, published } from "../cast.ts";
import { ada, begin, ivy, type Page, ROOT } from "./replicate-cast.ts";
import { clearQueue, send } from "./runner.ts";

beforeAll(begin);
beforeEach(clearQueue);

describe("models", () => {
  it("are bases and adapters, with a version that brings the schema of its input", async () => {
    for (const [name, version] of [
      ["bases/cast-3", "cast-3"],
      ["ada/ivy", ivy.id],
    ] as const) {
      const model = (await ask<ReplicateModel>("GET", `${ROOT}/models/${name}`)).body;
      expect([`${model.owner}/${model.name}`, model.latest_version?.id]).toEqual([name, version]);
      const one = await ask<ReplicateVersion>("GET", `${ROOT}/models/${name}/versions/${version}`);
      const { Input } = (
        one.body.openapi_schema as { components: { schemas: { Input: { properties: object } } } }
      ).components.schemas;
      expect(Object.keys(Input.properties)).toEqual(
        expect.arrayContaining(["prompt", "seed", "num_outputs"]),
      );
      const all = await ask<Page<ReplicateVersion>>("GET", `${ROOT}/models/${name}/versions`);
      expect(all.body.results.map(({ id }) => id)).toEqual([version]);
    }
    expect((await ask("GET", `${ROOT}/models/ada/nobody`)).status).toBe(404);
    expect((await ask("GET", `${ROOT}/models/ada/ivy/versions/ver_00000000000000000000`)).status).toBe(404);
  });

  it("are listed page by page, without private ones", async () => {
    const carl = await person("Carl");
    for (let i = 0; i < 3; i += 1) await published(carl, `c${i}`);
    await published(carl, "hidden", { visibility: "private" });
    const seen: string[] = [];
    for (let next: string | null = `${ROOT}/models`; next !== null; ) {
      const page: Page<ReplicateModel> = (await ask<Page<ReplicateModel>>("GET", next)).body;
      seen.push(...page.results.map(({ owner, name }) => `${owner}/${name}`));
      next = page.next;
    }
    const bases = BASES.map(({ id }) => `bases/${id}`);
    expect(bases).toContain("bases/cast-3");
    expect(seen).toEqual([...bases, "carl/c2", "carl/c1", "carl/c0", "ada/paco", "ada/ivy"]);
  });

  it("are found by HTTP QUERY, whose text comes bare or as a JSON string", async () => {
    for (const body of ['"ivy"', "ivy"]) {
      const reply = await send(`${ROOT}/models`, {
        method: "QUERY",
        body,
        headers: { "content-type": "text/plain" },
      });
      const { results } = await reply.json<Page<ReplicateModel>>();
      expect([body, results.map(({ name }) => name)]).toEqual([body, ["ivy"]]);
    }
    // What only looks like a JSON string is searched for as it is.
    for (const body of ['"iv"y"', '"\\q"', '"', '""', "\u200b"]) {
      expect([body, (await send(`${ROOT}/models`, { method: "QUERY", body })).status]).toEqual([body, 200]);
    }
    const alias = await send("/v1/models", { method: "QUERY", body: "ivy" });
    expect((await alias.json<Page<ReplicateModel>>()).results).toHaveLength(1);
  });

  it("are created as private drafts", async () => {
    const model = { owner: "ada", name: "fresh", visibility: "private", hardware: "cpu" };
    const made = await ada.ask<ReplicateModel>("POST", `${ROOT}/models`, model);
    expect([made.status, made.body.latest_version, made.body.visibility]).toEqual([201, null, "private"]);
    expect(made.body.url).toBe(`${ORIGIN}/a/ada/fresh`);
    expect((await ada.ask("POST", `${ROOT}/models`, model)).body.code).toBe("name_taken");
    expect((await ada.ask("POST", `${ROOT}/models`, { ...model, owner: "bob" })).body.code).toBe(
      "not_granted",
    );
    expect((await ask("GET", `${ROOT}/models/ada/fresh`)).status).toBe(404);
    expect((await ada.ask("GET", `${ROOT}/models/ada/fresh`)).status).toBe(200);
  });

  it("come with an account and hardware", async () => {
    expect(await ada.must("GET", `${ROOT}/account`)).toEqual({
      type: "user",
      username: "ada",
      name: "Ada",
      github_url: null,
    });
    expect((await ask<object[]>("GET", `${ROOT}/hardware`)).body).toHaveLength(1);
  });
});
