// Civitai's API: field names, integer ids, hashes, paging, and its error body.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { headOf, numberOf } from "../../../functions/compat/numeric-ids.ts";
import { newId } from "../../../functions/lib/ids.ts";
import {
  CivitaiError,
  CivitaiMini,
  CivitaiModel,
  type CivitaiModels,
  CivitaiVersion,
} from "../../../schema/contract/compat-civitai.ts";
import { HASH_NUMBERS_LOOKED_UP_MAX, type Version } from "../../../schema/contract/index.ts";
import { ask, LICENCE, type Person, person, published } from "../cast.ts";
import { send } from "./runner.ts";

let ada: Person;
let ivy: Version;
beforeAll(async () => {
  ada = await person("Ada");
  ivy = await published(ada, "ivy", { description: "A <b>cook</b>.\n\nSmiles.", tags: ["portrait", "cook"] });
  const closed = {
    ...LICENCE,
    credit: true,
    commercial_use: false,
    derivatives: false,
    different_licence: false,
  };
  await published(ada, "paco", { licence: closed });
  await published(ada, "mature", { rating: "explicit" });
  await published(ada, "secret", { visibility: "private" });
  await published(await person("Bob"), "tom", { tags: ["cat"] });
});

const list = async (query = "") => (await ask<CivitaiModels>("GET", `/api/v1/models${query}`)).body;
const names = async (query: string) => (await list(query)).items.map(({ name }) => name).sort();

describe("models", () => {
  it("have the fields of Civitai's API", async () => {
    const { items } = await list("?username=ada&query=ivy");
    const [model] = items;
    expect(CivitaiModel.parse(model)).toEqual(model);
    expect(model).toMatchObject({
      ...{ name: "ivy", type: "LORA", nsfw: false, ref: "ada/ivy", creator: { username: "ada" } },
      description: "<p>A &lt;b&gt;cook&lt;/b&gt;.</p><p>Smiles.</p>",
      ...{
        allowNoCredit: false,
        allowCommercialUse: ["Image", "RentCivit", "Rent", "Sell"],
        allowDerivatives: true,
      },
    });
    const [version] = model?.modelVersions ?? [];
    expect(version).toMatchObject({
      name: "v1",
      baseModel: "cast-3",
      trainedWords: ["<ivy>"],
      status: "Published",
    });
    const [file] = version?.files ?? [];
    expect(file).toMatchObject({
      name: "ada-ivy-1.safetensors",
      primary: true,
      hashes: {
        SHA256: ivy.sha256.toUpperCase(),
        AutoV2: ivy.sha256.slice(0, 10).toUpperCase(),
        AutoV3: ivy.hashes.tensors_sha256?.slice(0, 12).toUpperCase(),
      },
    });
    expect((await send(file?.downloadUrl ?? "")).headers.get("etag")).toBe(`"${ivy.sha256}"`);
  });

  it("state in a list what a licence allows", async () => {
    const [paco] = (await list("?query=paco")).items;
    expect(paco).toMatchObject({
      allowCommercialUse: ["None"],
      allowDerivatives: false,
      allowDifferentLicense: false,
    });
  });

  it("are filtered by tag, user, base, type, words and rating", async () => {
    expect(await names("?tag=cat")).toEqual(["tom"]);
    expect(await names("?username=ada")).toEqual(["ivy", "paco"]);
    expect(await names("?baseModels=cast-3")).toEqual(["ivy", "paco", "tom"]);
    expect(await names("?baseModels=SDXL%201.0")).toEqual([]);
    expect(await names("?types=LORA&types=Checkpoint")).toEqual(["ivy", "paco", "tom"]);
    expect(await names("?types=Checkpoint")).toEqual([]);
    expect(await names("?query=tom")).toEqual(["tom"]);
    const all = await names("?nsfw=true");
    expect(all).toEqual(["ivy", "mature", "paco", "tom"]);
    expect(all).toEqual(expect.arrayContaining(await names("?nsfw=false")));
  });

  it("are paged at any page size without gaps or duplicates", async () => {
    for (const sort of ["Newest", "Highest Rated", "Most Downloaded"]) {
      const whole = (await list(`?sort=${encodeURIComponent(sort)}`)).items.map(({ id }) => id);
      for (const limit of [1, 2, 3, 100]) {
        const seen: number[] = [];
        let next: string | undefined = `/api/v1/models?sort=${encodeURIComponent(sort)}&limit=${limit}`;
        while (next) {
          const page: CivitaiModels = (await ask<CivitaiModels>("GET", next)).body;
          seen.push(...page.items.map(({ id }) => id));
          next = page.metadata.nextPage;
        }
        expect([sort, limit, seen]).toEqual([sort, limit, whole]);
      }
    }
  });

  it("may be kept by caches and read from any page", async () => {
    const { headers } = await ask("GET", "/api/v1/models", { headers: { origin: "https://example.com" } });
    expect(headers.get("cache-control")).toContain("s-maxage=300");
    expect(headers.get("access-control-allow-origin")).toBe("*");
  });

  it("are read with a Civitai key, which is unknown here", async () => {
    const headers = { authorization: "Bearer 0123456789abcdef0123456789abcdef" };
    expect((await ask("GET", "/api/v1/models", { headers })).status).toBe(200);
  });
});

describe("numbers", () => {
  it("are safe integers and map back to their ids", async () => {
    for (const moment of [0, Date.now(), 8.7e12]) {
      const id = newId("adp", moment);
      const number = numberOf(id);
      expect(Number.isSafeInteger(number)).toBe(true);
      expect(id.slice(4).startsWith(headOf(number))).toBe(true);
    }
    const { items } = await list();
    for (const { id, modelVersions } of items) {
      expect((await ask<{ id: number }>("GET", `/api/v1/models/${id}`)).body.id).toBe(id);
      for (const version of modelVersions) {
        const { body } = await ask<{ id: number; modelId: number }>(
          "GET",
          `/api/v1/model-versions/${version.id}`,
        );
        expect([body.id, body.modelId]).toEqual([version.id, id]);
      }
    }
  });

  it("are found in the primary key", async () => {
    const plan = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT id FROM adapters WHERE id >= ? AND id < ? ORDER BY id LIMIT 1",
    )
      .bind("adp_0", "adp_0~")
      .all<{ detail: string }>();
    expect(plan.results.map(({ detail }) => detail).join()).toMatch(
      /SEARCH adapters USING (?:COVERING )?INDEX/,
    );
  });

  it("have our own ids beside them", async () => {
    const model = (await ask<{ id: number }>("GET", `/api/v1/models/${ivy.adapter_id}`)).body;
    expect(model.id).toBe(numberOf(ivy.adapter_id));
    expect((await ask<{ id: number }>("GET", `/api/v1/model-versions/${ivy.id}`)).body.id).toBe(
      numberOf(ivy.id),
    );
  });
});

describe("hashes", () => {
  /** As our own PNGs and managers write them: of the file, and of its tensors, which an edited header leaves alone. */
  const twelve = () => [ivy.sha256.slice(0, 12).toUpperCase(), ivy.hashes.tensors_sha256?.slice(0, 12) ?? ""];

  it("find the version of a file, in either case and by AutoV2", async () => {
    for (const hash of [ivy.sha256, ivy.sha256.toUpperCase(), ivy.sha256.slice(0, 10), ...twelve()]) {
      const { body } = await ask("GET", `/api/v1/model-versions/by-hash/${hash}`);
      expect(CivitaiVersion.parse(body)).toEqual(body);
      expect(body).toMatchObject({ id: numberOf(ivy.id), model: { name: "ivy", type: "LORA" } });
    }
  });

  it("are looked up in bulk, and unknown ones are left out", async () => {
    // A CRC32 and what is no hash at all take nothing from the others.
    const body = ["1A2B3C4D", ivy.sha256, "0".repeat(64), "nonsense", "f".repeat(129), "x".repeat(9_999)];
    const reply = await ask<CivitaiVersion[]>("POST", "/api/v1/model-versions/by-hash", { body });
    expect([reply.status, reply.body.map(({ id }) => id)]).toEqual([200, [numberOf(ivy.id)]]);
    const many = await ask("POST", "/api/v1/model-versions/by-hash", { body: Array(101).fill(ivy.sha256) });
    expect(many.status).toBe(400);
  });
});

describe("numbers by hash", () => {
  const PATH = "/api/v1/model-versions/by-hash/ids";

  it("return public versions only, in order, with the hash in upper case", async () => {
    const { latest_version: secret } = await ada.must<{ latest_version: Version }>(
      "GET",
      "/v1/adapters/ada/secret",
    );
    const body = ["0".repeat(64), ivy.sha256.toUpperCase(), secret.sha256, "F00", ivy.sha256.slice(0, 10)];
    body.splice(1, 0, "f".repeat(129));
    const reply = await ask<unknown>("POST", PATH, { body });
    const modelVersionId = numberOf(ivy.id);
    expect([reply.status, reply.body]).toEqual([
      200,
      [
        { modelVersionId, hash: ivy.sha256.toUpperCase() },
        { modelVersionId, hash: ivy.sha256.slice(0, 10).toUpperCase() },
      ],
    ]);
  });

  it("are looked up in bulk up to Civitai's limit", async () => {
    const many = Array.from({ length: HASH_NUMBERS_LOOKED_UP_MAX - 1 }, (_, i) =>
      i.toString(16).padStart(64, "f"),
    );
    const known = await ask<unknown[]>("POST", PATH, { body: [...many, ivy.sha256] });
    expect([known.status, known.body.length]).toEqual([200, 1]);
    const reply = await ask("POST", PATH, { body: [...many, ivy.sha256, ivy.sha256] });
    expect([reply.status, reply.body.code]).toEqual([400, "request_invalid"]);
  });
});

describe("a version in short", () => {
  it("has its file's fields at the top level, also when the file is named", async () => {
    const number = numberOf(ivy.id);
    for (const path of [`${number}`, `${number}?modelFileId=${number}`, ivy.id]) {
      const { status, body } = await ask("GET", `/api/v1/model-versions/mini/${path}`);
      expect([status, CivitaiMini.parse(body)]).toEqual([200, body]);
      expect(body).toMatchObject({
        modelName: "ivy",
        versionName: "v1",
        fileName: "ada-ivy-1.safetensors",
        downloadUrls: [ivy.download_url],
        hashes: { SHA256: ivy.sha256.toUpperCase() },
        air: `urn:air:cast-3:lora:orthoplex:${numberOf(ivy.adapter_id)}@${number}`,
      });
    }
  });

  it("is not found under another file, or if it is hidden", async () => {
    const { latest_version: secret } = await ada.must<{ latest_version: Version }>(
      "GET",
      "/v1/adapters/ada/secret",
    );
    for (const path of [`${numberOf(ivy.id)}?modelFileId=1`, "1", `${numberOf(secret.id)}`]) {
      const { status, body } = await ask("GET", `/api/v1/model-versions/mini/${path}`);
      expect([status, CivitaiError.parse(body).code]).toEqual([404, "not_found"]);
    }
  });
});

describe("a download", () => {
  it("redirects to the file", async () => {
    const reply = await send(`/api/download/models/${numberOf(ivy.id)}?type=Model&format=SafeTensor`, {
      redirect: "manual",
    });
    expect([reply.status, reply.headers.get("location")]).toEqual([302, ivy.download_url]);
  });

  it("accepts a Civitai key, and refuses an invalid key of ours", async () => {
    const bring = (key: string) => send(ivy.download_url, { headers: { authorization: `Bearer ${key}` } });
    expect((await bring("0123456789abcdef0123456789abcdef")).status).toBe(200);
    expect((await bring(`opx_${"0".repeat(40)}`)).status).toBe(401);
  });
});

describe("a refusal", () => {
  it("has one shape for every error", async () => {
    const cases: [string, string, number, string][] = [
      ["GET", "/api/v1/models?page=2", 400, "request_invalid"],
      ["GET", "/api/v1/models?limit=0", 400, "request_invalid"],
      ["GET", "/api/v1/models?sort=Best", 400, "request_invalid"],
      ["GET", "/api/v1/models?types=Lora", 400, "request_invalid"],
      ["GET", "/api/v1/models?period=Week", 400, "request_invalid"],
      ["GET", "/api/v1/models?cursor=zzz", 400, "request_invalid"],
      ["GET", "/api/v1/models/0", 404, "not_found"],
      ["GET", "/api/v1/models/99999999999999999999", 404, "not_found"],
      ["GET", "/api/v1/models/x?y=1", 400, "request_invalid"],
      ["GET", "/api/v1/model-versions/1", 404, "not_found"],
      ["GET", `/api/v1/model-versions/by-hash/${"0".repeat(64)}`, 404, "not_found"],
      ["GET", "/api/v1/model-versions/by-hash/zz", 404, "not_found"],
      ["GET", "/api/v1/images", 404, "not_found"],
    ];
    for (const [method, path, status, code] of cases) {
      const { body, ...reply } = await ask<{ code: string }>(method, path);
      expect([path, reply.status, body.code]).toEqual([path, status, code]);
      expect(CivitaiError.parse(body)).toEqual(body);
    }
  });

  it("keeps private entries out of sight", async () => {
    const { latest_version } = await ada.must<{ latest_version: Version }>("GET", "/v1/adapters/ada/secret");
    expect((await ask("GET", `/api/v1/models/${numberOf(latest_version.adapter_id)}`)).status).toBe(404);
    expect((await ask("GET", `/api/v1/model-versions/${numberOf(latest_version.id)}`)).status).toBe(404);
    expect((await ask("GET", `/api/v1/model-versions/by-hash/${latest_version.sha256}`)).status).toBe(404);
  });
});
