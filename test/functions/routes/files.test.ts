// File responses: embeddable by pages of other origins, in ranges, and 304 for clients that have the bytes.

import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, type Person, person, published } from "../cast.ts";
import { knowReserving, RESERVING } from "../compose/reserving-base.ts";

let takeAway: () => Promise<void>;
afterAll(() => takeAway());

let ada: Person;
let picture: string;
let file: string;
beforeAll(async () => {
  ada = await person("Ada");
  takeAway = await knowReserving();
  const version = await published(ada, "ivy", {}, RESERVING);
  picture = version.previews[0]?.url ?? "";
  file = version.download_url;
});

const get = (url: string, headers: Record<string, string> = {}) => ask<string>("GET", url, { headers });
const page = { origin: "https://elsewhere.example" };
const ways = ["", "?format=peft", "?format=kohya"];

it("a picture and a file may be embedded by any page, and its scripts read what they need to save them", async () => {
  const civitai = await ask<{ items: { modelVersions: { images: { url: string }[] }[] }[] }>(
    "GET",
    "/api/v1/models",
  );
  const shown = civitai.body.items[0]?.modelVersions[0]?.images[0]?.url ?? "";
  for (const url of [picture, shown, ...ways.map((way) => file + way)]) {
    const { status, headers } = await get(url, page);
    expect([url, status, headers.get("cross-origin-resource-policy")]).toEqual([url, 200, "cross-origin"]);
    const exposed = (headers.get("access-control-expose-headers") ?? "").toLowerCase().split(",");
    for (const name of ["accept-ranges", "content-disposition", "content-length", "content-range", "etag"]) {
      expect(exposed).toContain(name);
    }
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
  const api = await ask("GET", "/v1/adapters");
  expect(api.headers.get("cross-origin-resource-policy")).toBe("same-origin");
});

it("responses to a session are readable by the service's own pages only", async () => {
  const { headers } = await get(picture, { cookie: ada.cookie });
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
});

it("an unsatisfiable range is answered with the total length", async () => {
  for (const url of [picture, ...ways.map((way) => file + way)]) {
    const { headers } = await get(url);
    const size = headers.get("content-length");
    for (const range of [`bytes=${size}-`, "bytes=99999999999999999999-", "bytes=-0"]) {
      const outside = await get(url, { range });
      expect([url, range, outside.status, outside.headers.get("content-range")]).toEqual([
        ...[url, range, 416],
        `bytes */${size}`,
      ]);
    }
  }
});

it("a range with a non-matching If-Range is answered with the whole file", async () => {
  for (const url of [picture, ...ways.map((way) => file + way)]) {
    const whole = await get(url);
    const etag = whole.headers.get("etag") ?? "";
    const range = "bytes=2-5";
    const same = await get(url, { range, "if-range": etag });
    expect([same.status, same.headers.get("content-length")]).toEqual([206, "4"]);
    for (const other of ['"old"', `W/${etag}`, "Wed, 21 Oct 2026 07:28:00 GMT"]) {
      const reply = await get(url, { range, "if-range": other });
      expect([other, reply.status, reply.headers.get("content-range")]).toEqual([other, 200, null]);
      expect(reply.headers.get("content-length")).toBe(whole.headers.get("content-length"));
    }
    const outside = await get(url, { range: "bytes=99999999-", "if-range": '"old"' });
    expect(outside.status).toBe(200);
  }
});

it("a range is heeded for GET alone", async () => {
  for (const url of [picture, ...ways.map((way) => file + way)]) {
    const whole = await get(url);
    for (const range of ["bytes=0-0", "bytes=99999999999999999999-"]) {
      const { status, headers } = await ask("HEAD", url, { headers: { range } });
      expect([url, status, headers.get("content-range"), headers.get("content-length")]).toEqual([
        ...[url, 200, null],
        whole.headers.get("content-length"),
      ]);
    }
    expect((await get(url, { range: "bytes=0-0" })).status).toBe(206);
  }
});
