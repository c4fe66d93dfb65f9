// /v1/adapters: create, change, withdraw catalog entries, and reserve their slots.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  Adapter,
  AdapterCreate,
  AdapterPatch,
  AdapterStatistics,
  AdapterWithVersions,
  Name,
  Reason,
  SlotRequest,
  SlotReservation,
  Version,
  VersionCreate,
} from "../../schema/contract/adapters.ts";
import { Handle } from "../../schema/contract/ids.ts";
import type { OwnedAdapter } from "../../schema/tables.ts";
import { adapterPage, adaptersJson, oneVersionJson } from "../catalog/adapter-json.ts";
import {
  createAdapter,
  findAdapter,
  findOpenAdapter,
  findOwnAdapter,
  patchAdapter,
  withdrawAdapter,
} from "../catalog/adapters.ts";
import { knownBase, radixOfBase } from "../catalog/bases.ts";
import { classOfCollection } from "../catalog/slot-class.ts";
import { reserveSlot } from "../catalog/slots.ts";
import { statisticsOf } from "../catalog/statistics.ts";
import { createVersion } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import { cancelTrainingsOf } from "../dispatch/cancel.ts";
import { isoTimeOrNull } from "../lib/clock.ts";
import { granted } from "../lib/refusal.ts";
import { classOf } from "../lib/slot.ts";
import type { Caller } from "../rights/rights.ts";
import { callerWith } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const PATH = "/v1/adapters/{owner}/{name}";
const params = z.object({ owner: Handle, name: Name });
const tags = ["adapters"];

const create = createRoute({
  method: "post",
  path: "/v1/adapters",
  summary: "Create a draft adapter",
  tags,
  middleware: [noQuery, idempotent("publish")],
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
  summary: "Update an adapter's texts",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(AdapterPatch) },
  responses: { 200: jsonReply("The adapter", Adapter) },
});

const withdraw = createRoute({
  method: "post",
  path: `${PATH}/withdraw`,
  summary: "Withdraw an adapter from the catalog",
  tags,
  middleware: noQuery,
  request: {
    params,
    body: { required: false, content: { "application/json": { schema: Reason } } },
  },
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

const statistics = createRoute({
  method: "get",
  path: `${PATH}/statistics`,
  summary: "Uses, downloads and likes of the last 30 days",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The numbers", AdapterStatistics) },
});

const addVersion = createRoute({
  method: "post",
  path: `${PATH}/versions`,
  summary: "Create a draft version from an uploaded file",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { params, body: jsonBody(VersionCreate) },
  responses: { 201: jsonReply("The draft version", Version) },
});

async function oneJson(db: Db, adapter: OwnedAdapter, caller: Caller | null, origin: string) {
  const [json] = await adaptersJson(db, [adapter], caller, origin);
  if (!json) throw new Error(`Adapter ${adapter.id} has no JSON`);
  return json;
}

export const adapters = router()
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const adapter = granted(await createAdapter(db, caller, c.req.valid("json"), now));
    c.header("location", `${origin}/v1/adapters/${adapter.owner}/${adapter.name}`);
    return c.json(await oneJson(db, adapter, caller, origin), 201);
  })
  .openapi(get, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    return c.json(granted(await adapterPage(db, caller, c.req.valid("param"), origin)), 200);
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
    const { reason = "" } = c.req.valid("json");
    const gone = granted(await withdrawAdapter(db, adapter, reason, now));
    await cancelTrainingsOf(c.env, db, adapter, now);
    return c.json(await oneJson(db, gone, caller, origin), 200);
  })
  .openapi(slot, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOpenAdapter(db, caller, owner, name));
    const base = knownBase(adapter.baseId);
    const { slot: requested, collection } = c.req.valid("json");
    const input = {
      slot: requested,
      class:
        collection === undefined
          ? undefined
          : granted(await classOfCollection({ db, caller, now }, base, collection)),
    };
    const row = granted(await reserveSlot({ db, now }, base, adapter, input));
    const reservation = {
      id: row.id,
      base: base.id,
      slot: row.slot,
      class: classOf(row.slot, radixOfBase(base)),
      adapter_id: adapter.id,
      expires_at: isoTimeOrNull(row.expiresAt),
    };
    return c.json(reservation, 200);
  })
  .openapi(statistics, async (c) => {
    const { db, viewer: caller, now } = c.var;
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findAdapter(db, caller, owner, name));
    return c.json(await statisticsOf(db, adapter, now), 200);
  })
  .openapi(addVersion, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const adapter = granted(await findOpenAdapter(db, caller, owner, name));
    const version = granted(
      await createVersion({ env: c.env, db, caller, now }, adapter, c.req.valid("json")),
    );
    c.header("location", `${origin}/v1/versions/${version.id}`);
    return c.json(await oneVersionJson(db, { version, adapter }, origin), 201);
  });
