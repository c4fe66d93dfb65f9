// /v1/collections: adapters gathered by a person; with a base and a class, an orthogonal cast.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Name } from "../../schema/contract/adapters.ts";
import {
  COLLECTION_SORTS,
  Collection,
  CollectionCreate,
  CollectionItem,
  CollectionItemPage,
  CollectionItemPut,
  CollectionPatch,
  CollectionWithItems,
} from "../../schema/contract/collections.ts";
import { Handle, OwnerAndName } from "../../schema/contract/ids.ts";
import { PAGE_DEFAULT } from "../../schema/contract/limits.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import type { CollectionRow } from "../../schema/tables.ts";
import { findAdapter } from "../catalog/adapters.ts";
import type { Db } from "../db.ts";
import { deny, granted, Refusal, refuse } from "../lib/refusal.ts";
import { exactnessOfCollection, itemsOf, putItem, takeOut } from "../people/collection-items.ts";
import {
  collectionsJson,
  createCollection,
  deleteCollection,
  findCollection,
  findOwnCollection,
  listCollections,
  patchCollection,
} from "../people/collections.ts";
import { adapterIdAt } from "../people/targets.ts";
import { type Caller, callerWith } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const PATH = "/v1/collections/{owner}/{name}";
const params = z.object({ owner: Handle, name: Name });
const itemParams = params.extend({ adapter_owner: Handle, adapter_name: Name });
const tags = ["collections"];

const list = createRoute({
  method: "get",
  path: "/v1/collections",
  summary: "List collections",
  tags,
  request: {
    query: z.strictObject({
      owner: Handle.optional(),
      adapter: OwnerAndName.optional(),
      sort: z.enum(COLLECTION_SORTS).default("newest"),
      ...pageQuery,
    }),
  },
  responses: { 200: jsonReply("A page of collections", pageOf(Collection)) },
});

const create = createRoute({
  method: "post",
  path: "/v1/collections",
  summary: "Create a collection",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { body: jsonBody(CollectionCreate) },
  responses: { 201: jsonReply("The collection, empty", Collection) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a collection with its first adapters, and whether they compose exactly",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The collection", CollectionWithItems) },
});

const patch = createRoute({
  method: "patch",
  path: PATH,
  summary: "Update a collection's texts and visibility",
  tags,
  middleware: noQuery,
  request: { params, body: jsonBody(CollectionPatch) },
  responses: { 200: jsonReply("The collection", Collection) },
});

const remove = createRoute({
  method: "delete",
  path: PATH,
  summary: "Delete a collection; the adapters in it stay",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 204: { description: "Deleted" } },
});

const items = createRoute({
  method: "get",
  path: `${PATH}/items`,
  summary: "List the adapters of a collection, in its order",
  tags,
  request: { params, query: z.strictObject(pageQuery) },
  responses: { 200: jsonReply("A page of adapters", CollectionItemPage) },
});

const put = createRoute({
  method: "put",
  path: `${PATH}/items/{adapter_owner}/{adapter_name}`,
  summary: "Put an adapter in, or change its note and place",
  tags,
  middleware: noQuery,
  request: { params: itemParams, body: jsonBody(CollectionItemPut) },
  responses: { 200: jsonReply("The adapter in its place", CollectionItem) },
});

const take = createRoute({
  method: "delete",
  path: `${PATH}/items/{adapter_owner}/{adapter_name}`,
  summary: "Remove an adapter from a collection",
  tags,
  middleware: noQuery,
  request: { params: itemParams },
  responses: { 204: { description: "It is not in the collection" } },
});

async function oneJson(db: Db, row: CollectionRow, caller: Caller | null, origin: string) {
  const [json] = await collectionsJson(db, [row], caller, origin);
  if (!json) throw new Error(`Collection ${row.id} has no JSON`);
  return json;
}

/** An unknown adapter in a filter is a fault of the query (400), not of the address (404). */
async function adapterOfQuery(db: Db, caller: Caller | null, ref: string) {
  const [owner = "", name = ""] = ref.split("/");
  const found = await findAdapter(db, caller, owner, name);
  return found instanceof Refusal ? refuse("adapter_unknown", found.detail, "?adapter") : found;
}

export const collections = router()
  .openapi(list, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { adapter: ref, ...query } = c.req.valid("query");
    const adapter = ref === undefined ? null : granted(await adapterOfQuery(db, caller, ref));
    const page = granted(await listCollections(db, caller, adapter, query));
    return c.json({ ...page, items: await collectionsJson(db, page.items, caller, origin) }, 200);
  })
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await createCollection(db, caller, c.req.valid("json"), now));
    c.header("location", `${origin}/v1/collections/${row.owner}/${row.name}`);
    return c.json(await oneJson(db, row, caller, origin), 201);
  })
  .openapi(get, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const row = granted(await findCollection(db, caller, owner, name));
    const [json, exactness, page] = await Promise.all([
      oneJson(db, row, caller, origin),
      exactnessOfCollection(db, caller, row),
      itemsOf({ db, caller, origin }, row, { limit: PAGE_DEFAULT }),
    ]);
    return c.json({ ...json, exactness, ...granted(page) }, 200);
  })
  .openapi(patch, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    const row = granted(await findOwnCollection(db, caller, owner, name));
    const changed = granted(await patchCollection(db, row, c.req.valid("json"), now));
    return c.json(await oneJson(db, changed, caller, origin), 200);
  })
  .openapi(remove, async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name } = c.req.valid("param");
    await deleteCollection(db, granted(await findOwnCollection(db, caller, owner, name)));
    return c.body(null, 204);
  })
  .openapi(items, async (c) => {
    const { db, viewer: caller, origin } = c.var;
    const { owner, name } = c.req.valid("param");
    const row = granted(await findCollection(db, caller, owner, name));
    return c.json(granted(await itemsOf({ db, caller, origin }, row, c.req.valid("query"))), 200);
  })
  .openapi(put, async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name, adapter_owner, adapter_name } = c.req.valid("param");
    const row = granted(await findOwnCollection(db, caller, owner, name));
    const adapter = granted(await findAdapter(db, caller, adapter_owner, adapter_name));
    if (adapter.state === "withdrawn" || adapter.state === "removed") {
      deny(refuse("adapter_removed", `${adapter_owner}/${adapter_name} is gone.`));
    }
    return c.json(granted(await putItem({ ...c.var, caller }, row, adapter, c.req.valid("json"))), 200);
  })
  .openapi(take, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { owner, name, adapter_owner, adapter_name } = c.req.valid("param");
    const row = granted(await findOwnCollection(db, caller, owner, name));
    const id = await adapterIdAt(db, adapter_owner, adapter_name);
    if (id !== null) await takeOut(db, row, id, now);
    return c.body(null, 204);
  });
