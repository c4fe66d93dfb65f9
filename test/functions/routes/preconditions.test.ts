// If-Match and its siblings: nothing is read or overwritten in the belief that it was compared.

import { beforeAll, describe, expect, it } from "vitest";
import type { Adapter, Version } from "../../../schema/contract/index.ts";
import { adapterInput, ask, type Person, person, published } from "../cast.ts";

let ada: Person;
let ivy: Version;
beforeAll(async () => {
  ada = await person("Ada");
  ivy = await published(ada, "ivy");
});

const refused = (reply: { status: number; body: unknown }) => {
  const { code, errors } = reply.body as { code: string; errors: { pointer: string }[] };
  return [reply.status, code, errors[0]?.pointer];
};
const FAILED = [412, "precondition_failed", "if-match"];

describe("If-Match", () => {
  it("refuses a change, since what can be changed has no ETag, and lets any present thing be changed", async () => {
    const path = "/v1/adapters/ada/ivy";
    const before = await ada.ask<Adapter>("GET", path);
    expect(before.headers.get("etag")).toBeNull();
    const writes: [string, string, unknown][] = [
      ["PATCH", path, { title: "Changed" }],
      ["PATCH", `/v1/versions/${ivy.id}`, { changelog: "Changed" }],
      ["PATCH", "/v1/account/profile", { name: "Changed" }],
      ["POST", "/v1/adapters", adapterInput("made")],
      ["PUT", `${path}/like`, undefined],
      ["DELETE", `${path}/like`, undefined],
      ["POST", "/replicate/v1/predictions", { version: "ada/ivy", input: { prompt: "sad" } }],
    ];
    for (const [method, address, body] of writes) {
      for (const tag of ['"x"', 'W/"x"', '"x", "y"', "x"]) {
        const reply = await ada.ask(method, address, body, { "if-match": tag });
        expect([method, address, ...refused(reply)]).toEqual([method, address, ...FAILED]);
      }
    }
    expect((await ada.ask<Adapter>("GET", path)).body.title).toBe(before.body.title);
    expect((await ada.ask("GET", "/v1/adapters/ada/made")).status).toBe(404);
    const any = await ada.ask<Adapter>("PATCH", path, { title: "Any" }, { "if-match": "*" });
    expect([any.status, any.body.title]).toEqual([200, "Any"]);
    const put = await ada.ask("PUT", `${path}/like`, undefined, { "if-none-match": "*" });
    expect(refused(put)).toEqual([412, "precondition_failed", "if-none-match"]);
  });

  it("is compared with the ETag of what is read", async () => {
    const files = [`/v1/versions/${ivy.id}/download`, ivy.previews[0]?.url ?? ""];
    for (const path of files) {
      const etag = (await ask("GET", path)).headers.get("etag") ?? "";
      expect(etag).toMatch(/^"/);
      for (const [match, status] of [
        [etag, 200],
        ["*", 200],
        [`"x", ${etag}`, 200],
        ['"x"', 412],
        [`W/${etag}`, 412],
      ] as const) {
        const reply = await ask("GET", path, { headers: { "if-match": match } });
        expect([path, match, reply.status]).toEqual([path, match, status]);
        if (status === 412) {
          expect(refused(reply)).toEqual(FAILED);
          const ofContents = ["etag", "content-range", "content-disposition"];
          expect(ofContents.map((name) => reply.headers.get(name))).toEqual([null, null, null]);
          expect(reply.headers.get("cache-control") ?? "").not.toContain("public");
        }
      }
      const range = await ask("GET", path, { headers: { "if-match": '"x"', range: "bytes=0-3" } });
      expect(refused(range)).toEqual(FAILED);
      // If-Match comes first (RFC 9110, 13.2.2).
      const both = await ask("GET", path, { headers: { "if-match": '"x"', "if-none-match": etag } });
      expect(refused(both)).toEqual(FAILED);
    }
    const list = await ada.ask("GET", "/v1/adapters");
    const weak = list.headers.get("etag") ?? "";
    expect(refused(await ada.ask("GET", "/v1/adapters", undefined, { "if-match": weak }))).toEqual(FAILED);
    expect((await ada.ask("GET", "/v1/adapters", undefined, { "if-none-match": weak })).status).toBe(304);
    expect(refused(await ada.ask("GET", "/v1/bases", undefined, { "if-match": '"x"' }))).toEqual(FAILED);
    const civitai = await ask<{ code: string }>("GET", "/api/v1/models", { headers: { "if-match": '"x"' } });
    expect([civitai.status, civitai.body.code]).toEqual([412, "precondition_failed"]);
  });

  it("has no sibling by date: nothing has one, so that such conditions are ignored", async () => {
    const past = "Thu, 01 Jan 1970 00:00:00 GMT";
    for (const path of ["/v1/adapters", `/v1/versions/${ivy.id}/download`]) {
      const headers = { "if-unmodified-since": past, "if-modified-since": new Date(1e15).toUTCString() };
      const reply = await ask("GET", path, { headers });
      expect([path, reply.status, reply.headers.get("last-modified")]).toEqual([path, 200, null]);
    }
  });
});
