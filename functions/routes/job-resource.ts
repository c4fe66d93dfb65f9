// What /v1/generations and /v1/trainings have in common, as one factory: list, get, cancel, events and WebSocket. Ordering is each one's own.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import type { Scope } from "../../schema/contract/account.ts";
import { ServerSentEvent } from "../../schema/contract/events.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { type Job, JobStatus } from "../../schema/contract/jobs.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import type { JobRow } from "../../schema/tables.ts";
import type { App } from "../context.ts";
import { cancel } from "../dispatch/cancel.ts";
import { hasEnded } from "../dispatch/follow.ts";
import { findJob, type JobKind, jobsJson, listJobs } from "../dispatch/jobs.ts";
import { deny, granted } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";
import { idParam, jsonReply, noQuery, router } from "./app.ts";
import { eventsQuery, jobEvents, jobSocket } from "./job-routes.ts";

type JobResource = {
  kind: JobKind;
  /** `generation` of /v1/generations. */
  name: "generation" | "training";
  /** Who may order one may cancel it. */
  scope: Scope;
  schema: z.ZodType<Job>;
};

const params = idParam("job", idOf("job"));

async function oneJson(c: Context<App>, row: JobRow): Promise<Job> {
  const [json] = await jobsJson(c.var.db, [row], c.var.origin);
  if (!json) throw new Error(`Job ${row.id} has no JSON`);
  return json;
}

/** The reply to an order: 200 with the finished job where it ended while the caller waited, else 202. */
export const orderReply = async (c: Context<App>, row: JobRow) =>
  hasEnded(row) ? c.json(await oneJson(c, row), 200) : c.json(await oneJson(c, row), 202);

export function jobResource({ kind, name, scope, schema }: JobResource) {
  const collection = `/v1/${name}s`;
  const item = `${collection}/{job}`;
  const tags = [`${name}s`];
  const list = createRoute({
    method: "get",
    path: collection,
    summary: `List your ${name}s`,
    tags,
    request: { query: z.strictObject({ status: JobStatus.optional(), ...pageQuery }) },
    responses: { 200: jsonReply("A page of jobs, newest first", pageOf(schema)) },
  });
  const get = createRoute({
    method: "get",
    path: item,
    summary: `Get a ${name}`,
    tags,
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The job", schema) },
  });
  const stop = createRoute({
    method: "post",
    path: `${item}/cancel`,
    summary: `Cancel a ${name}`,
    tags,
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The job", schema) },
  });
  const events = createRoute({
    method: "get",
    path: `${item}/events`,
    summary: `Watch a ${name}`,
    description:
      "Server-sent events: status, progress (with a preview frame), done. Late watchers get the last of each first; with `?after=` or " +
      "`Last-Event-ID` they get what came after that, each event once. 204: there is nothing more.",
    tags,
    request: { params, query: eventsQuery },
    responses: {
      200: { description: "Events", content: { "text/event-stream": { schema: ServerSentEvent } } },
      204: { description: "There is nothing more" },
    },
  });
  const socket = createRoute({
    method: "get",
    path: `${item}/socket`,
    summary: `Watch a ${name} over a WebSocket`,
    description:
      "Messages are JSON, `{id, event, data}`, and the same as the events. A ping by the word `ping` is answered with `pong`.",
    tags,
    request: { params, query: eventsQuery },
    responses: { 101: { description: "A WebSocket" } },
  });
  return router()
    .openapi(list, async (c) => {
      const { db, origin } = c.var;
      const caller = granted(callerWith(c.var.caller, "read"));
      const page = granted(await listJobs(db, caller, kind, c.req.valid("query")));
      return c.json({ ...page, items: await jobsJson(db, page.items, origin) }, 200);
    })
    .openapi(get, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const row = granted(await findJob(c.var.db, caller, kind, c.req.valid("param").job));
      return c.json(await oneJson(c, row), 200);
    })
    .openapi(stop, async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, scope));
      const { job } = c.req.valid("param");
      const refusal = await cancel(c.env, db, granted(await findJob(db, caller, kind, job)), now);
      if (refusal) deny(refusal);
      return c.json(await oneJson(c, granted(await findJob(db, caller, kind, job))), 200);
    })
    .openapi(events, (c) => jobEvents(c, kind, c.req.valid("param").job, c.req.valid("query").after))
    .openapi(socket, (c) => jobSocket(c, kind, c.req.valid("param").job, c.req.valid("query").after));
}
