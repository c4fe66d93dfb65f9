// /v1/versions: read one version, change its texts, publish or yank it, download its file.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Reason, Version, VersionPatch } from "../../schema/contract/adapters.ts";
import { MERGED_FORMATS } from "../../schema/contract/compositions.ts";
import { idOf } from "../../schema/contract/ids.ts";
import type { VersionRow } from "../../schema/tables.ts";
import { oneVersionJson } from "../catalog/adapter-json.ts";
import { countDownload, isCounted } from "../catalog/downloads.ts";
import { patchVersion, publishVersion, yankVersion } from "../catalog/publishing.ts";
import { adapterGone } from "../catalog/tombstones.ts";
import { findOpenVersion, type VersionWithAdapter } from "../catalog/versions.ts";
import { convertedResponse } from "../compose/merged.ts";
import type { Db } from "../db.ts";
import { orderPreviews } from "../dispatch/order-previews.ts";
import { deny, granted, Refusal, refuse } from "../lib/refusal.ts";
import { type Caller, callerWith } from "../rights/rights.ts";
import { blobResponse } from "../storage/blobs.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

/** The file as it was published, or converted while it streams. */
const DOWNLOAD_FORMATS = ["orthoplex", ...MERGED_FORMATS] as const;
const PATH = "/v1/versions/{version}";
const params = idParam("version", idOf("ver"));
const tags = ["versions"];

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a version",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The version", Version) },
});

const patch = createRoute({
  method: "patch",
  path: PATH,
  summary: "Update a version's texts and previews",
  description: "Of a draft all of them; of a published version the changelog and the previews.",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(VersionPatch) },
  responses: { 200: jsonReply("The version", Version) },
});

const publish = createRoute({
  method: "post",
  path: `${PATH}/publish`,
  summary: "Publish a draft version",
  description:
    "Where the file has not been scanned yet, it is scanned before the answer. A version without previews gets some drawn.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The version", Version) },
});

const yank = createRoute({
  method: "post",
  path: `${PATH}/yank`,
  summary: "Yank a version",
  tags,
  middleware: noQuery,
  request: {
    params,
    body: { required: false, content: { "application/json": { schema: Reason } } },
  },
  responses: { 200: jsonReply("The version", Version) },
});

const download = createRoute({
  method: "get",
  path: `${PATH}/download`,
  summary: "Download the adapter file",
  description:
    "`peft` and `kohya` convert it while it streams, with down and up at full strength and the tokens beside. Counted once a day for each caller, or address where nobody is signed in; HEAD, later ranges and 304 are not counted.",
  tags,
  request: { params, query: z.strictObject({ format: z.enum(DOWNLOAD_FORMATS).default("orthoplex") }) },
  responses: {
    200: {
      description: "safetensors; Range and If-None-Match are honoured",
      content: { "application/octet-stream": { schema: z.string() } },
    },
  },
});

/** The version as its owner may change it. */
async function findOwn(db: Db, caller: Caller, id: VersionRow["id"]): Promise<VersionWithAdapter | Refusal> {
  const found = await findOpenVersion(db, caller, id);
  if (found instanceof Refusal || found.adapter.ownerId === caller.id) return found;
  return refuse("not_granted", `Only ${found.adapter.owner} may change this version.`);
}

export const versions = router()
  .openapi(get, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const found = granted(await findOpenVersion(db, caller, c.req.valid("param").version));
    return c.json(await oneVersionJson(db, found, origin), 200);
  })
  .openapi(patch, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const found = granted(await findOwn(db, caller, c.req.valid("param").version));
    const changed = granted(await patchVersion({ db, caller, now }, found, c.req.valid("json")));
    return c.json(await oneVersionJson(db, changed, origin), 200);
  })
  .openapi(publish, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const found = granted(await findOwn(db, caller, c.req.valid("param").version));
    const published = granted(await publishVersion(c.env, db, found, now));
    const previewJobId = await orderPreviews({ env: c.env, db, now }, caller, published);
    const { version, adapter } = published;
    return c.json(await oneVersionJson(db, { version: { ...version, previewJobId }, adapter }, origin), 200);
  })
  .openapi(yank, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const found = granted(await findOwn(db, caller, c.req.valid("param").version));
    const { reason = "" } = c.req.valid("json");
    return c.json(await oneVersionJson(db, await yankVersion(db, found, reason, now), origin), 200);
  })
  .openapi(download, async (c) => {
    const { db, viewer: caller, now } = c.var;
    const found = granted(await findOpenVersion(db, caller, c.req.valid("param").version));
    const { version, adapter } = found;
    // Not for its owner either: the bytes may be deleted, and are not served while that is pending.
    if (adapter.state === "removed") deny(await adapterGone(db, adapter));
    const facts = {
      sha256: version.sha256,
      sizeBytes: version.sizeBytes,
      contentType: "application/octet-stream" as const,
    };
    const filename = `${adapter.owner}-${adapter.name}-${version.number}.safetensors`;
    const isOpen =
      version.state === "published" && adapter.state === "published" && adapter.visibility !== "private";
    const { format } = c.req.valid("query");
    const response = granted(
      format === "orthoplex"
        ? await blobResponse(c.env, facts, c.req.raw, {
            "content-disposition": `attachment; filename="${filename}"`,
            "cache-control": isOpen ? "public, max-age=3600" : "private, no-cache",
          })
        : await convertedResponse(c.env, found, format, c.req.raw),
    );
    if (isCounted(c.req.raw, response)) {
      const address = c.req.header("cf-connecting-ip");
      c.executionCtx.waitUntil(countDownload({ env: c.env, db, caller, address, now }, found));
    }
    return response;
  });
