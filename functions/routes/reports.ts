// /v1/reports, /v1/decisions and /v1/appeals: reporting content, decisions about one's own content, and appeals against them.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { Appeal, AppealCreate, MyDecision, Report, ReportCreate } from "../../schema/contract/moderation.ts";
import { granted } from "../lib/refusal.ts";
import { appeal, listOwnAppeals } from "../moderation/appeals.ts";
import { appealJson, listMyDecisions } from "../moderation/audit.ts";
import { listReports, report, reportsJson } from "../moderation/reports.ts";
import { callerWith, sessionOf } from "../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const tags = ["moderation"];
const query = z.strictObject(pageQuery);

const create = createRoute({
  method: "post",
  path: "/v1/reports",
  summary: "Report an adapter, a mix, a shared picture, a comment or a person",
  description: "While your first report of a thing waits, a second one is answered with the first and 200.",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { body: jsonBody(ReportCreate) },
  responses: { 201: jsonReply("The report", Report), 200: jsonReply("Your report that waits", Report) },
});

const list = createRoute({
  method: "get",
  path: "/v1/reports",
  summary: "List your reports and their outcomes",
  tags,
  request: { query },
  responses: { 200: jsonReply("Your reports, newest first", pageOf(Report)) },
});

const decisions = createRoute({
  method: "get",
  path: "/v1/decisions",
  summary: "List moderation decisions about your content, with reasons",
  tags,
  request: { query },
  responses: { 200: jsonReply("Decisions about you and yours, newest first", pageOf(MyDecision)) },
});

const createAppeal = createRoute({
  method: "post",
  path: "/v1/appeals",
  summary: "Appeal a moderation decision",
  description: "Once for each decision. Also open to a suspended account; only in a session.",
  tags,
  middleware: [noQuery, idempotent("session")],
  request: { body: jsonBody(AppealCreate) },
  responses: { 201: jsonReply("The appeal", Appeal) },
});

const appeals = createRoute({
  method: "get",
  path: "/v1/appeals",
  summary: "List your appeals",
  tags,
  request: { query },
  responses: { 200: jsonReply("Your appeals, newest first", pageOf(Appeal)) },
});

export const reports = router()
  .openapi(create, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { row, isNew } = granted(await report(db, caller, c.req.valid("json"), now));
    const [json] = await reportsJson(db, [row]);
    if (!json) throw new Error(`Report ${row.id} has no JSON`);
    return isNew ? c.json(json, 201) : c.json(json, 200);
  })
  .openapi(list, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const page = granted(await listReports(c.var.db, caller, c.req.valid("query")));
    return c.json({ ...page, items: await reportsJson(c.var.db, page.items) }, 200);
  })
  .openapi(decisions, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(granted(await listMyDecisions(db, caller, c.req.valid("query"), now)), 200);
  })
  .openapi(createAppeal, async (c) => {
    const caller = granted(sessionOf(c.var.caller));
    const row = granted(await appeal(c.var.db, caller, c.req.valid("json"), c.var.now));
    return c.json(appealJson(row), 201);
  })
  .openapi(appeals, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const page = granted(await listOwnAppeals(c.var.db, caller, c.req.valid("query")));
    return c.json({ ...page, items: page.items.map(appealJson) }, 200);
  });
