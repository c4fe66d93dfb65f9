// GET /v1/bases, GET /v1/bases/{id}: the bases that adapters attach to, and how many slots are left.

import { createRoute } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import { type Base, BaseWithSlots } from "../../schema/contract/bases.ts";
import { token } from "../../schema/contract/text.ts";
import { slots } from "../../schema/tables.ts";
import { BASES, radixOfBase, readBases } from "../catalog/bases.ts";
import { slotCount } from "../catalog/slots.ts";
import type { App } from "../context.ts";
import type { Db } from "../db.ts";
import { granted, refuse } from "../lib/refusal.ts";
import { idParam, jsonReply, noQuery, router } from "./app.ts";

const list = createRoute({
  method: "get",
  path: "/v1/bases",
  summary: "List the bases",
  tags: ["bases"],
  middleware: noQuery,
  responses: { 200: jsonReply("All bases", z.object({ items: z.array(BaseWithSlots) })) },
});

const get = createRoute({
  method: "get",
  path: "/v1/bases/{id}",
  summary: "Get one base",
  tags: ["bases"],
  middleware: noQuery,
  request: { params: idParam("id", token(64)) },
  responses: { 200: jsonReply("The base", BaseWithSlots) },
});

async function withSlots(db: Db, base: Base) {
  const taken = await db.$count(slots, eq(slots.baseId, base.id));
  return { ...base, slots: { count: slotCount(base), taken, class_size: radixOfBase(base) } };
}

/** What follows may name any base that was published. */
export const knowBases = createMiddleware<App>(async (c, next) => {
  await readBases(c.var.db, c.var.now);
  await next();
});

export const bases = router()
  .openapi(list, async (c) => {
    const items = await Promise.all(BASES.map((base) => withSlots(c.var.db, base)));
    return c.json({ items }, 200);
  })
  .openapi(get, async (c) => {
    const base = BASES.find(({ id }) => id === c.req.valid("param").id);
    return c.json(
      await withSlots(c.var.db, granted(base ?? refuse("not_found", "There is no such base."))),
      200,
    );
  });
