// /v1/compositions: save a set of adapters and learn what follows from it before anything is drawn.

import { createRoute } from "@hono/zod-openapi";
import { Composition, CompositionCreate } from "../../schema/contract/compositions.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { callerWith } from "../auth/caller.ts";
import { compositionJson, createComposition, findComposition } from "../compose/compositions.ts";
import { granted } from "../lib/refusal.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const create = createRoute({
  method: "post",
  path: "/v1/compositions",
  summary: "Save a composition",
  tags: ["compositions"],
  middleware: [noQuery, idempotent],
  request: { body: jsonBody(CompositionCreate) },
  responses: { 201: jsonReply("The composition with its crosstalk", Composition) },
});

const get = createRoute({
  method: "get",
  path: "/v1/compositions/{composition}",
  summary: "Get a composition",
  tags: ["compositions"],
  middleware: noQuery,
  request: { params: idParam("composition", idOf("cmp")) },
  responses: { 200: jsonReply("The composition", Composition) },
});

export const compositions = router()
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "generate"));
    const row = granted(await createComposition(db, caller, c.req.valid("json"), now));
    c.header("location", `${origin}/v1/compositions/${row.id}`);
    return c.json(await compositionJson(db, row), 201);
  })
  .openapi(get, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const row = granted(await findComposition(c.var.db, caller, c.req.valid("param").composition));
    return c.json(await compositionJson(c.var.db, row), 200);
  });
