// /api/v1: Civitai's reading calls, for LoRA managers. Error body: {"error": "...", "code": "..."}.

import { createRoute } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { FileHash } from "../../../schema/contract/adapters.ts";
import { ERROR_CODES } from "../../../schema/contract/codes.ts";
import {
  CivitaiError,
  CivitaiHashes,
  CivitaiHashNumber,
  CivitaiManyHashes,
  CivitaiMini,
  CivitaiMiniQuery,
  CivitaiModel,
  CivitaiModels,
  CivitaiQuery,
  CivitaiVersion,
} from "../../../schema/contract/compat-civitai.ts";
import { token } from "../../../schema/contract/text.ts";
import {
  getMini,
  getModel,
  getVersion,
  getVersionByHash,
  getVersionsByHash,
  listModels,
  numbersByHash,
} from "../../compat/civitai.ts";
import { versionIdOf } from "../../compat/numeric-ids.ts";
import type { App } from "../../context.ts";
import { deny, granted, type Refusal, refusalHeaders, refuse } from "../../lib/refusal.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "../app.ts";

const tags = ["civitai"];
const VERSIONS = "/api/v1/model-versions";
const id = token(40);

export function civitaiRefusal(refusal: Refusal): Response {
  const headers = refusalHeaders(refusal, "application/json");
  const body = JSON.stringify({ error: refusal.detail, code: refusal.code });
  return new Response(body, { status: ERROR_CODES[refusal.code].status, headers });
}

const cached = createMiddleware<App>(async (c, next) => {
  await next();
  if (c.res.ok) c.header("cache-control", "public, max-age=60, s-maxage=300, stale-while-revalidate=150");
});

const models = createRoute({
  method: "get",
  path: "/api/v1/models",
  summary: "Civitai: models",
  tags,
  middleware: cached,
  request: { query: CivitaiQuery },
  responses: {
    default: jsonReply("A refusal", CivitaiError),
    200: jsonReply("A page; the last has no nextCursor", CivitaiModels),
  },
});

const model = createRoute({
  method: "get",
  path: "/api/v1/models/{id}",
  summary: "Civitai: one model",
  description: "By its number, or by our id (adp_...).",
  tags,
  middleware: [noQuery, cached],
  request: { params: idParam("id", id) },
  responses: { default: jsonReply("A refusal", CivitaiError), 200: jsonReply("The model", CivitaiModel) },
});

const byHash = createRoute({
  method: "get",
  path: `${VERSIONS}/by-hash/{hash}`,
  summary: "Civitai: the version of a file",
  tags,
  middleware: [noQuery, cached],
  request: { params: z.object({ hash: token(128) }) },
  responses: { default: jsonReply("A refusal", CivitaiError), 200: jsonReply("The version", CivitaiVersion) },
});

const byHashes = createRoute({
  method: "post",
  path: `${VERSIONS}/by-hash`,
  summary: "Civitai: the versions of many files",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(CivitaiHashes) },
  responses: {
    default: jsonReply("A refusal", CivitaiError),
    200: jsonReply("Those that are known, in the order asked", z.array(CivitaiVersion)),
  },
});

const numbers = createRoute({
  method: "post",
  path: `${VERSIONS}/by-hash/ids`,
  summary: "Civitai: the version ids of many files",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(CivitaiManyHashes) },
  responses: {
    default: jsonReply("A refusal", CivitaiError),
    200: jsonReply("Those that are known, in the order asked", z.array(CivitaiHashNumber)),
  },
});

const mini = createRoute({
  method: "get",
  path: `${VERSIONS}/mini/{id}`,
  summary: "Civitai: one version in short form",
  tags,
  middleware: cached,
  request: { params: idParam("id", id), query: CivitaiMiniQuery },
  responses: { default: jsonReply("A refusal", CivitaiError), 200: jsonReply("The version", CivitaiMini) },
});

const version = createRoute({
  method: "get",
  path: `${VERSIONS}/{id}`,
  summary: "Civitai: one version",
  description: "By its number, or by our id (ver_...).",
  tags,
  middleware: [noQuery, cached],
  request: { params: idParam("id", id) },
  responses: { default: jsonReply("A refusal", CivitaiError), 200: jsonReply("The version", CivitaiVersion) },
});

const download = createRoute({
  method: "get",
  path: "/api/download/models/{id}",
  summary: "Civitai: download a version",
  description: "Redirects to the version's own download. `type`, `format` and `token` are read over.",
  tags,
  request: { params: idParam("id", id) },
  responses: { default: jsonReply("A refusal", CivitaiError), 302: { description: "Where the file is" } },
});

export const civitai = router()
  .openapi(models, async (c) => {
    const { db, origin } = c.var;
    const query = c.req.valid("query");
    const { items, nextCursor } = granted(await listModels(db, query, origin));
    const metadata = {
      pageSize: query.limit,
      ...(nextCursor !== null && { nextCursor, nextPage: nextOf(c.req.url, nextCursor) }),
    };
    return c.json({ items, metadata }, 200);
  })
  .openapi(model, async (c) =>
    c.json(granted(await getModel(c.var.db, c.req.valid("param").id, c.var.origin)), 200),
  )
  .openapi(byHash, async (c) => {
    const { hash } = c.req.valid("param");
    if (!FileHash.safeParse(hash).success) {
      const kinds = "its SHA-256 (64 digits), its AutoV2 (10 digits) or its AutoV3 (12 digits)";
      deny(refuse("not_found", `A file is found by ${kinds}.`));
    }
    return c.json(granted(await getVersionByHash(c.var.db, hash, c.var.origin)), 200);
  })
  .openapi(byHashes, async (c) =>
    c.json(await getVersionsByHash(c.var.db, c.req.valid("json"), c.var.origin), 200),
  )
  .openapi(numbers, async (c) => c.json(await numbersByHash(c.var.db, c.req.valid("json")), 200))
  .openapi(mini, async (c) => {
    const { modelFileId } = c.req.valid("query");
    return c.json(granted(await getMini(c.var.db, c.req.valid("param").id, modelFileId, c.var.origin)), 200);
  })
  .openapi(version, async (c) =>
    c.json(granted(await getVersion(c.var.db, c.req.valid("param").id, c.var.origin)), 200),
  )
  .openapi(download, async (c) => {
    const given = c.req.valid("param").id;
    const found = await versionIdOf(c.var.db, given);
    if (!found) deny(refuse("not_found", `No model version with id ${given}`));
    return c.redirect(`${c.var.origin}/v1/versions/${found}/download`, 302);
  });
function nextOf(address: string, cursor: string): string {
  const next = new URL(address);
  next.searchParams.set("cursor", cursor);
  return next.href;
}
