// Pictures in smaller sizes: a real WebP of at most the asked width, under the same rights as the original.

import { env, exports } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import type { Version } from "../../../schema/contract/index.ts";
import { IMAGE_WIDTHS } from "../../../schema/contract/limits.ts";
import { ask, ORIGIN, type Person, person, png, published } from "../cast.ts";

const [WIDTH] = IMAGE_WIDTHS;
let ada: Person;
let path: string;
beforeAll(async () => {
  ada = await person("Ada");
  const version = await published(ada, "shown");
  const previews = [await ada.upload("preview", await png(200, 100), "image/png")];
  const { previews: shown } = await ada.must<Version>("PATCH", `/v1/versions/${version.id}`, { previews });
  path = `/v1/images/${shown[0]?.id}`;
});

const fetched = (query: string, headers = {}) =>
  exports.default.fetch(new Request(new URL(path + query, ORIGIN), { headers }));

it("is a WebP of the asked width, in the picture's proportions, and never larger than the picture", async () => {
  for (const [asked, width, height] of [
    [WIDTH, WIDTH, WIDTH / 2],
    [IMAGE_WIDTHS[2], 200, 100],
  ]) {
    // The second time from the cache.
    for (const _ of [1, 2]) {
      const response = await fetched(`?width=${asked}`);
      expect(response.headers.get("content-type")).toBe("image/webp");
      expect(response.headers.get("cache-control")).toMatch(/^private/);
      const body = response.body ?? new Blob().stream();
      expect(await env.IMAGES?.info(body)).toMatchObject({ format: "image/webp", width, height });
    }
  }
});

it("answers conditions and ranges, and takes no other width", async () => {
  const etag = (await fetched(`?width=${WIDTH}`)).headers.get("etag") ?? "";
  expect((await fetched(`?width=${WIDTH}`, { "if-none-match": etag })).status).toBe(304);
  expect((await fetched("")).headers.get("etag")).not.toBe(etag);
  const part = await fetched(`?width=${WIDTH}`, { range: "bytes=0-3" });
  expect([part.status, await part.text()]).toEqual([206, "RIFF"]);
  for (const query of ["?width=100", "?width=0", "?height=96"]) {
    expect((await ask("GET", path + query)).body).toMatchObject({ code: "request_invalid" });
  }
});

it("is seen by whoever sees the original, also once the cache has it", async () => {
  await ada.must("PATCH", "/v1/adapters/ada/shown", { visibility: "private" });
  expect((await ask("GET", `${path}?width=${WIDTH}`)).status).toBe(404);
  expect((await ada.ask("GET", `${path}?width=${WIDTH}`)).status).toBe(200);
});
