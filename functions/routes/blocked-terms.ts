// /v1/moderation/blocked-terms: terms that are refused in prompts and names. For moderators in a session.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { BlockedTerm, BlockedTermCreate, BlockScope } from "../../schema/contract/moderation.ts";
import { token } from "../../schema/contract/text.ts";
import { deny, granted } from "../lib/refusal.ts";
import { blockTerm, listTerms, unblockTerm } from "../moderation/blocked-terms.ts";
import { moderatorOf } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";

const PATH = "/v1/moderation/blocked-terms";
const tags = ["moderation"];

const list = createRoute({
  method: "get",
  path: PATH,
  summary: "List blocked terms",
  tags,
  request: { query: z.strictObject({ scope: BlockScope, ...pageQuery }) },
  responses: { 200: jsonReply("Terms in alphabetical order", pageOf(BlockedTerm)) },
});

const create = createRoute({
  method: "post",
  path: PATH,
  summary: "Add a blocked term",
  description:
    "From then on; what is there already stays. It matches whole words in any case, accented or disguised.",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(BlockedTermCreate) },
  responses: {
    201: jsonReply("The term", BlockedTerm),
    200: jsonReply("The term was on the list", BlockedTerm),
  },
});

const remove = createRoute({
  method: "delete",
  path: `${PATH}/{scope}/{term}`,
  summary: "Remove a blocked term",
  tags,
  middleware: noQuery,
  request: { params: z.object({ scope: BlockScope, term: token(200).min(1) }) },
  responses: { 204: { description: "Allowed again" } },
});

export const blockedTerms = router()
  .openapi(list, async (c) => {
    granted(moderatorOf(c.var.caller));
    return c.json(granted(await listTerms(c.var.db, c.req.valid("query"))), 200);
  })
  .openapi(create, async (c) => {
    const moderator = granted(moderatorOf(c.var.caller));
    const { term, isNew } = granted(await blockTerm(c.var.db, moderator, c.req.valid("json"), c.var.now));
    return isNew ? c.json(term, 201) : c.json(term, 200);
  })
  .openapi(remove, async (c) => {
    const moderator = granted(moderatorOf(c.var.caller));
    const { scope, term } = c.req.valid("param");
    const refusal = await unblockTerm({ db: c.var.db, moderator, now: c.var.now }, scope, term);
    if (refusal) deny(refusal);
    return c.body(null, 204);
  });
