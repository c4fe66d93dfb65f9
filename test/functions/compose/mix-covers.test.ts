// The picture of a mix: drawn with exactly its adapters, and open to whoever sees the mix.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Generation } from "../../../schema/contract/index.ts";
import { ask, Machine, ORIGIN, type Person, png } from "../cast.ts";
import { ada, begin, bob, compose, dog, eve, get, mixOf } from "./mix-cast.ts";

beforeAll(begin);

describe("a cover", () => {
  async function generated(by: Person, input: object): Promise<string> {
    const order = await by.must<Generation>("POST", "/v1/generations", { prompt: "<eve>", ...input });
    const machine = await Machine.register(by);
    for (;;) {
      const [lease] = await machine.lease();
      if (!lease) throw new Error("No lease");
      const meta = { width: 256, height: 256, recipe: {} };
      const output = await machine.deliver(
        lease.lease_id,
        { name: "a.png", role: "image", meta },
        await png(256, 256),
      );
      await machine.on(lease.lease_id, "settle", { outcome: "succeeded", outputs: [output] });
      const now = await by.must<Generation>("GET", `/v1/generations/${order.id}`);
      if (now.result?.images[0]) return now.result.images[0].id;
    }
  }

  it("is a picture drawn with exactly its adapter versions, open to whoever sees the mix", async () => {
    const image = await generated(ada, { adapters: [{ ref: "ada/eve" }] });
    const url = `/v1/images/${image}`;
    expect((await ask("GET", url)).status).toBe(404);
    const mix = await mixOf(ada, "covered", ["ada/eve"], { cover_image_id: image });
    expect(mix.cover).toEqual({ id: image, url: `${ORIGIN}${url}`, width: 256, height: 256 });
    expect((await ask("GET", url)).status).toBe(200);
    await ada.must("PATCH", "/v1/mixes/ada/covered", { cover_image_id: null });
    expect((await get("ada/covered")).body.cover?.id).not.toBe(image);
    expect((await ask("GET", url)).status).toBe(404);
    await ada.must("PATCH", "/v1/mixes/ada/covered", { cover_image_id: image, visibility: "private" });
    expect((await ask("GET", url)).status).toBe(404);

    const wrong = async (by: Person, ref: string) => {
      const made = await compose(by, [ref]);
      const input = { name: "uncovered", cover_image_id: image };
      const { status, body } = await by.ask("POST", `/v1/compositions/${made.id}/publish`, input);
      return [status, body.code, body.errors[0]?.pointer];
    };
    expect(await wrong(ada, "bob/dog")).toEqual([422, "image_invalid", "/cover_image_id"]);
    expect(await wrong(bob, "ada/eve")).toEqual([422, "image_invalid", "/cover_image_id"]);
  });

  it("defaults to the preview of the first adapter that has one", async () => {
    await env.DB.prepare("UPDATE versions SET previews = '[]' WHERE id = ?").bind(eve.id).run();
    const mix = await mixOf(ada, "portrait", ["ada/eve", "bob/dog"]);
    expect(mix.members[0]?.preview).toBeNull();
    expect(mix.cover).toEqual(mix.members[1]?.preview);
    expect(mix.cover?.id).toBe(dog.previews[0]?.id);
  });
});
