// /v1/adapters: browse, create, change, withdraw catalog entries, and reserve their slots.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  ADAPTER_SORTS,
  Adapter,
  AdapterCreate,
  AdapterPatch,
  AdapterWithVersions,
  Name,
  SlotRequest,
  SlotReservation,
  Version,
  VersionCreate,
} from "../../schema/contract/adapters.ts";
import { Handle } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import type { Caller } from "../auth/caller.ts";
import { callerWith } from "../auth/caller.ts";
import { adaptersJson, versionsJson } from "../catalog/adapter-json.ts";
import {
  createAdapter,
  findAdapter,
  findOwnAdapter,
  type OwnedAdapter,
  patchAdapter,
  withdrawAdapter,
} from "../catalog/adapters.ts";
import { knownBase, radixOfBase } from "../catalog/bases.ts";
import { searchAdapters } from "../catalog/search.ts";
import { reserveSlot } from "../catalog/slots.ts";
import { createVersion } from "../catalog/versions.ts";
import type { Db } from "../context.ts";
import { granted } from "../lib/refusal.ts";
import { classOf } from "../lib/slot.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const PATH = "/v1/adapters/{owner}/{name}";
const params = z.object({ owner: Handle, name: Name });
const tags = ["adapters"];

const list = createRoute({
  method: "get",
  path: "/v1/adapters",
  summary: "Search the catalog",
  tags,
  request: {
    query: z.strictObject({
      q: z.string().max(200).optional(),
      base: z.string().max(64).optional(),
      tag: z.string().max(32).optional(),
      class: z.string().max(32).optional(),
      owner: Handle.optional(),
      sort: z.enum(ADAPTER_SORTS).default("newest"),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("A page of adapters", pageOf(Adapter)) },
});

const create = createRoute({
  method: "post",
  path: "/v1/adapters",
  summary: "Create a draft adapter",
  tags,
  middleware: [noQuery, idempotent],
  request: { body: jsonBody(AdapterCreate) },
  responses: { 201: jsonReply("The draft", Adapter) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get an adapter with its versions",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The adapter", AdapterWithVersions) },
});

const patch = createRoute({
  method: "patch",
  path: PATH,
  summary: "Change an adapter's words",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(AdapterPatch) },
  responses: { 200: jsonReply("The adapter", Adapter) },
});

const withdraw = createRoute({
  method: "post",
  path: `${PATH}/withdraw`,
  summary: "Take an adapter out of the catalog",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The adapter", Adapter) },
});

const slot = createRoute({
  method: "post",
  path: `${PATH}/slot`,
  summary: "Reserve the adapter's slot",
  tags,
  middleware: noQuery,
  request: {
    params,
    body: { required: false, content: { "application/json": { schema: SlotRequest } } },
  },
  responses: { 200: jsonReply("The slot", SlotReservation) },
});

const addVersion = createRoute({
  method: "post",
  path: `${PATH}/versions`,
  summary: "Make a draft version from an uploaded file",
  tags,
  middleware: [noQuery, idempotent],
  request: { params, body: jsonBody(VersionCreate) },
  responses: { 201: jsonReply("The draft version", Version) },
});

async function oneJson(db: Db, adapter: OwnedAdapter, caller: Caller | null, origin: string) {
  const [json] = await adaptersJson(db, [adapter], caller, origin);
  if (!json) throw new Error(`Adapter ${adapter.id} has no JSON`);
  return json;
}

export const adapters = router()
  .openapi(list, async (c) => {
    const { db, caller, origin } = c.var;
    const page = granted(await searchAdapters(db, caller, c.req.valid("query")));
    return c.json({ ...page, items: await adaptersJson(db, page.items, caller, origin) }, 200);
  })
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const adapter = granted(await createAdapter(db, caller, c.req.valid("json"), now));
    c.header("location", `${origin}/v1/adapters/${adapter.owner}/${adapter.name}`);
    return c.json(await oneJson(db, adapter, caller, origin), 201);
  })
  .openapi(get, async (c) => {
    const { db, caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findAdapter(db, caller, owner, name));
    return c.json(await oneJson(db, adapter, caller, origin), 200);
  })
  .openapi(patch, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOwnAdapter(db, caller, owner, name));
    const changed = granted(await patchAdapter(db, adapter, c.req.valid("json"), now));
    return c.json(await oneJson(db, changed, caller, origin), 200);
  })
  .openapi(withdraw, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOwnAdapter(db, caller, owner, name));
    return c.json(await oneJson(db, await withdrawAdapter(db, adapter, now), caller, origin), 200);
  })
  .openapi(slot, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOwnAdapter(db, caller, owner, name));
    const base = knownBase(adapter.baseId);
    const row = granted(await reserveSlot(db, base, adapter, c.req.valid("json").slot, now));
    const reservation = {
      id: row.id,
      base: base.id,
      slot: row.slot,
      class: classOf(row.slot, radixOfBase(base)),
      adapter_id: adapter.id,
    };
    return c.json(reservation, 200);
  })
  .openapi(addVersion, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOwnAdapter(db, caller, owner, name));
    const row = granted(await createVersion(c.env, db, caller, adapter, c.req.valid("json"), now));
    const [json] = await versionsJson(db, [row], adapter, origin);
    if (!json) throw new Error(`Version ${row.id} has no JSON`);
    c.header("location", `${origin}/v1/versions/${row.id}`);
    return c.json(json, 201);
  });
