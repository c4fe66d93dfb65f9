// GET /v1/account/export and DELETE /v1/account: exporting one's data and deleting the account.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { AccountDelete } from "../../schema/contract/sign-in.ts";
import { provenCaller } from "../auth/passwords.ts";
import { granted } from "../lib/refusal.ts";
import { purgePerson } from "../people/deleted-accounts.ts";
import { deleteAccount } from "../people/deletion.ts";
import { exportOf } from "../people/export.ts";
import { sessionOf } from "../rights/rights.ts";
import { jsonBody, noQuery, router } from "./app.ts";

const take = createRoute({
  method: "get",
  path: "/v1/account/export",
  summary: "Export your data",
  description:
    "Everything that is kept about you, as one JSON document. Its last field is `complete`; a document without it was cut off.",
  tags: ["account"],
  middleware: noQuery,
  responses: {
    200: {
      description: "The document, as an attachment",
      content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
    },
  },
});

const leave = createRoute({
  method: "delete",
  path: "/v1/account",
  summary: "Delete your account",
  description: [
    "At once and for good: sessions, keys, jobs, pictures, drafts, files, likes, follows and comments.",
    "What you published is withdrawn; its name, title, slot and your handle stay as a tombstone, and nobody gets them again.",
    "Reports, appeals and the moderators' log are kept.",
  ].join(" "),
  tags: ["account"],
  middleware: noQuery,
  request: { body: jsonBody(AccountDelete) },
  responses: { 204: { description: "Deleted" } },
});

export const accountDeletion = router()
  .openapi(take, (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(sessionOf(c.var.caller));
    const filename = `orthoplex-${caller.handle}-${new Date(now).toISOString().slice(0, 10)}.json`;
    return c.body(exportOf(db, caller, origin, now), 200, {
      "content-type": "application/json",
      "content-disposition": `attachment; filename="${filename}"`,
      "cache-control": "no-store",
    }) as never;
  })
  .openapi(leave, async (c) => {
    const { db, now } = c.var;
    const { confirm, password } = c.req.valid("json");
    const caller = granted(sessionOf(c.var.caller));
    granted(await provenCaller({ env: c.env, db, caller, now }, password));
    const refusal = await deleteAccount(db, caller, confirm, now);
    if (refusal) granted(refusal);
    c.executionCtx.waitUntil(purgePerson(c.env, db, caller.id, now));
    return c.body(null, 204, { "clear-site-data": '"cookies"' });
  });
