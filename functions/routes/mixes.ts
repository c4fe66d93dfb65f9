// /v1/mixes: published compositions with a name and versions: find, read, change, withdraw and fork them.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Name } from "../../schema/contract/adapters.ts";
import { Composition } from "../../schema/contract/compositions.ts";
import { Handle } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery, queryInt } from "../../schema/contract/lists.ts";
import {
  MIX_SORTS,
  Mix,
  MixFork,
  MixPatch,
  MixWithVersions,
  RatingSet,
} from "../../schema/contract/mixes.ts";
import { plainText, token } from "../../schema/contract/text.ts";
import type { OwnedMix } from "../../schema/tables.ts";
import { patchMix, withdrawMix } from "../compose/change-mix.ts";
import { compositionJson, forkMix } from "../compose/compositions.ts";
import { mixesJson, mixWithVersionsJson } from "../compose/mix-json.ts";
import { listForks, listMixes } from "../compose/mix-list.ts";
import { findMix, findOwnMix, findVersionOfMix, goneFault } from "../compose/mixes.ts";
import type { Db } from "../db.ts";
import { deny, granted } from "../lib/refusal.ts";
import { type Caller, callerWith } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { compositionView } from "./composition-view.ts";
import { idempotent } from "./idempotent.ts";

const PATH = "/v1/mixes/{owner}/{name}";
const params = z.object({ owner: Handle, name: Name });
const tags = ["mixes"];

const list = createRoute({
  method: "get",
  path: "/v1/mixes",
  summary: "Search mixes",
  tags,
  request: {
    query: z.strictObject({
      q: plainText(200).optional(),
      base: token(64).optional(),
      owner: Handle.optional(),
      adapter: z
        .string()
        .regex(/^[a-z0-9-]{1,40}\/[a-z0-9-]{1,64}$/, "must look like owner/name")
        .optional()
        .meta({ description: "owner/name of an adapter that the mix holds" }),
      rating: RatingSet.optional().meta({ description: "Without it: general, and what you chose to see" }),
      sort: z.enum(MIX_SORTS).default("newest"),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("A page of mixes, each with its newest version", pageOf(Mix)) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a mix",
  tags,
  request: {
    params,
    query: z.strictObject({
      number: queryInt((number) => number.positive())
        .optional()
        .meta({
          description: "Of a version; without it the newest",
        }),
    }),
  },
  responses: { 200: jsonReply("The mix", MixWithVersions) },
});

const patch = createRoute({
  method: "patch",
  path: PATH,
  summary: "Update a mix's texts, visibility, rating or cover",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(MixPatch) },
  responses: { 200: jsonReply("The mix", Mix) },
});

const withdraw = createRoute({
  method: "post",
  path: `${PATH}/withdraw`,
  summary: "Withdraw a mix",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The mix", Mix) },
});

const fork = createRoute({
  method: "post",
  path: `${PATH}/fork`,
  summary: "Fork a mix into a private composition",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: {
    params,
    body: { required: false, content: { "application/json": { schema: MixFork } } },
  },
  responses: { 201: jsonReply("Your composition", Composition) },
});

const forks = createRoute({
  method: "get",
  path: `${PATH}/forks`,
  summary: "List published mixes that were made from one",
  tags,
  request: { params, query: z.strictObject(pageQuery) },
  responses: { 200: jsonReply("A page of mixes, newest first", pageOf(Mix)) },
});

async function oneJson(db: Db, mix: OwnedMix, caller: Caller | null, origin: string) {
  const [json] = await mixesJson(db, [mix], caller, origin);
  if (!json) throw new Error(`Mix ${mix.id} has no version`);
  return json;
}

export const mixes = router()
  .openapi(list, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const page = granted(await listMixes(db, caller, c.req.valid("query")));
    return c.json({ ...page, items: await mixesJson(db, page.items, caller, origin) }, 200);
  })
  .openapi(get, async (c) => {
    const { db, viewer: caller } = c.var;
    const { owner, name } = c.req.valid("param");
    const mix = granted(await findMix(db, caller, owner, name));
    const version = granted(await findVersionOfMix(db, mix, c.req.valid("query").number));
    return c.json(await mixWithVersionsJson(db, { mix, version }, compositionView(c, caller)), 200);
  })
  .openapi(patch, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const mix = granted(await findOwnMix(db, caller, owner, name));
    const changed = granted(await patchMix({ db, caller, now }, mix, c.req.valid("json")));
    return c.json(await oneJson(db, changed, caller, origin), 200);
  })
  .openapi(withdraw, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const mix = granted(await findOwnMix(db, caller, owner, name));
    return c.json(await oneJson(db, await withdrawMix(db, mix, now), caller, origin), 200);
  })
  .openapi(fork, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const mix = granted(await findMix(db, caller, owner, name));
    const gone = goneFault(mix);
    if (gone) deny(gone);
    const version = granted(await findVersionOfMix(db, mix, c.req.valid("json").number, "/number"));
    const row = granted(await forkMix(db, caller, { mix, version }, now));
    c.header("location", `${origin}/v1/compositions/${row.id}`);
    return c.json(await compositionJson(db, row, compositionView(c, caller)), 201);
  })
  .openapi(forks, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const mix = granted(await findMix(db, caller, owner, name));
    const page = granted(await listForks(db, caller, mix, c.req.valid("query")));
    return c.json({ ...page, items: await mixesJson(db, page.items, caller, origin) }, 200);
  });
