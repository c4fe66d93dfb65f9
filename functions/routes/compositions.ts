// /v1/compositions: save a set of adapters, read its crosstalk and licence before generating, publish it, download it as one file.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { Composition, CompositionCreate, MERGED_FORMATS } from "../../schema/contract/compositions.ts";
import { type Id, idOf } from "../../schema/contract/ids.ts";
import { MixPublish, MixWithVersions } from "../../schema/contract/mixes.ts";
import type { CompositionRow } from "../../schema/tables.ts";
import { compositionJson, createComposition, findComposition } from "../compose/compositions.ts";
import { mergedResponse } from "../compose/merged.ts";
import { mixWithVersionsJson } from "../compose/mix-json.ts";
import { findVersionOfMix } from "../compose/mixes.ts";
import { publishComposition } from "../compose/publish-mix.ts";
import type { App } from "../context.ts";
import { granted, Refusal } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { compositionView } from "./composition-view.ts";
import { idempotent } from "./idempotent.ts";

const PATH = "/v1/compositions/{composition}";
const params = idParam("composition", idOf("cmp"));
const tags = ["compositions"];

const create = createRoute({
  method: "post",
  path: "/v1/compositions",
  summary: "Save a composition",
  tags,
  middleware: [noQuery, idempotent("generate")],
  request: { body: jsonBody(CompositionCreate) },
  responses: { 201: jsonReply("The composition with its crosstalk", Composition) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a composition",
  description: "One's own; a version of a published mix is open to anyone.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The composition", Composition) },
});

const publish = createRoute({
  method: "post",
  path: `${PATH}/publish`,
  summary: "Publish a composition as a mix, or as its next version",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { params, body: jsonBody(MixPublish) },
  responses: { 201: jsonReply("The mix", MixWithVersions) },
});

const download = createRoute({
  method: "get",
  path: `${PATH}/download`,
  summary: "Download all its adapters merged into one LoRA",
  description:
    "Exact: ranks stand side by side, strengths are multiplied in. Regions stay behind, for a weight acts everywhere. Every licence in it must grant derivatives.",
  tags,
  request: { params, query: z.strictObject({ format: z.enum(MERGED_FORMATS).default("peft") }) },
  responses: {
    200: {
      description: "safetensors; Range and If-None-Match are honoured",
      content: { "application/octet-stream": { schema: z.string() } },
    },
  },
});

/** Public ones need no caller; whether any other exists is revealed only to a caller with the scope `read`. */
async function readable(c: Context<App>, id: Id<"cmp">): Promise<CompositionRow> {
  const open = await findComposition(c.var.db, null, id);
  if (!(open instanceof Refusal)) return open;
  return granted(await findComposition(c.var.db, granted(callerWith(c.var.caller, "read")), id));
}

export const compositions = router()
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "generate"));
    const row = granted(await createComposition(db, caller, c.req.valid("json"), now));
    c.header("location", `${origin}/v1/compositions/${row.id}`);
    return c.json(await compositionJson(db, row, compositionView(c, caller)), 201);
  })
  .openapi(get, async (c) => {
    const { db, viewer: caller } = c.var;
    const row = await readable(c, c.req.valid("param").composition);
    return c.json(await compositionJson(db, row, compositionView(c, caller)), 200);
  })
  .openapi(publish, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findComposition(db, caller, c.req.valid("param").composition));
    const mix = granted(await publishComposition({ db, caller, now }, row, c.req.valid("json")));
    const version = granted(await findVersionOfMix(db, mix, undefined));
    c.header("location", `${origin}/v1/mixes/${mix.owner}/${mix.name}`);
    return c.json(await mixWithVersionsJson(db, { mix, version }, compositionView(c, caller)), 201);
  })
  .openapi(download, async (c) => {
    const { db, viewer: caller } = c.var;
    const row = await readable(c, c.req.valid("param").composition);
    const { format } = c.req.valid("query");
    return granted(await mergedResponse({ env: c.env, db, caller }, row, format, c.req.raw));
  });
