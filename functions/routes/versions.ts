// /v1/versions: look at one version, publish or yank it, download its file.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Version } from "../../schema/contract/adapters.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { type Caller, callerWith } from "../auth/caller.ts";
import { versionsJson } from "../catalog/adapter-json.ts";
import { blobResponse } from "../catalog/blobs.ts";
import { findVersion, publishVersion, type VersionWithAdapter, yankVersion } from "../catalog/versions.ts";
import type { Db } from "../context.ts";
import { granted, type Refusal, refuse } from "../lib/refusal.ts";
import { idParam, jsonReply, noQuery, router } from "./app.ts";

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

const publish = createRoute({
  method: "post",
  path: `${PATH}/publish`,
  summary: "Publish a draft version",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The version", Version) },
});

const yank = createRoute({
  method: "post",
  path: `${PATH}/yank`,
  summary: "Take a version out of use",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The version", Version) },
});

const download = createRoute({
  method: "get",
  path: `${PATH}/download`,
  summary: "Download the adapter file",
  tags,
  request: { params, query: z.strictObject({ format: z.enum(["orthoplex"]).default("orthoplex") }) },
  responses: {
    200: {
      description: "safetensors; Range and If-None-Match are honoured",
      content: { "application/octet-stream": { schema: z.string() } },
    },
  },
});

async function oneJson(db: Db, { version, adapter }: VersionWithAdapter, origin: string) {
  const [json] = await versionsJson(db, [version], adapter, origin);
  if (!json) throw new Error(`Version ${version.id} has no JSON`);
  return json;
}

function ownedBy(found: VersionWithAdapter, caller: Caller): VersionWithAdapter | Refusal {
  if (found.adapter.ownerId === caller.id) return found;
  return refuse("not_granted", `Only ${found.adapter.owner} may change this version.`);
}

export const versions = router()
  .openapi(get, async (c) => {
    const { db, caller, origin } = c.var;
    return c.json(
      await oneJson(db, granted(await findVersion(db, caller, c.req.valid("param").version)), origin),
      200,
    );
  })
  .openapi(publish, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const found = granted(await findVersion(db, caller, c.req.valid("param").version));
    return c.json(
      await oneJson(db, granted(await publishVersion(db, granted(ownedBy(found, caller)), now)), origin),
      200,
    );
  })
  .openapi(yank, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const found = granted(await findVersion(db, caller, c.req.valid("param").version));
    return c.json(await oneJson(db, await yankVersion(db, granted(ownedBy(found, caller))), origin), 200);
  })
  .openapi(download, async (c) => {
    const { version, adapter } = granted(
      await findVersion(c.var.db, c.var.caller, c.req.valid("param").version),
    );
    const facts = {
      sha256: version.sha256,
      sizeBytes: version.sizeBytes,
      contentType: "application/octet-stream",
    };
    const filename = `${adapter.owner}-${adapter.name}-${version.number}.safetensors`;
    const isOpen = version.state === "published" && adapter.visibility !== "private";
    return granted(
      await blobResponse(c.env, facts, c.req.raw, {
        "content-disposition": `attachment; filename="${filename}"`,
        "cache-control": isOpen ? "public, max-age=3600" : "private, no-cache",
      }),
    );
  });
