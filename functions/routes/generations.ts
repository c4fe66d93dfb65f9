// /v1/generations: order pictures, follow their progress, fetch them.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { ServerSentEvent } from "../../schema/contract/events.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { Generation, GenerationCreate, JobStatus } from "../../schema/contract/jobs.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import type { JobRow } from "../../schema/tables.ts";
import { takeGeneration } from "../auth/page-keys.ts";
import type { App } from "../context.ts";
import { cancel } from "../dispatch/cancel.ts";
import { findJob, generationsJson, listJobs } from "../dispatch/jobs.ts";
import { orderGeneration } from "../dispatch/order-generation.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";
import { jobWebhook } from "../webhooks/job-webhook.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";
import {
  awaitJob,
  eventsQuery,
  isFinished,
  jobEvents,
  jobSocket,
  orderedJob,
  waitSeconds,
} from "./job-routes.ts";

const PATH = "/v1/generations/{job}";
const params = idParam("job", idOf("job"));
const tags = ["generations"];

const create = createRoute({
  method: "post",
  path: "/v1/generations",
  summary: "Order pictures",
  description: "Answers 202 with the job. `Prefer: wait=N` holds the answer until the job ends, up to 60 s.",
  tags,
  middleware: [noQuery, idempotent("generate")],
  request: { body: jsonBody(GenerationCreate) },
  responses: {
    200: jsonReply("The finished job, if it ended while the caller waited", Generation),
    202: jsonReply("The job", Generation),
  },
});

const list = createRoute({
  method: "get",
  path: "/v1/generations",
  summary: "List your generations",
  tags,
  request: { query: z.strictObject({ status: JobStatus.optional(), ...pageQuery }) },
  responses: { 200: jsonReply("A page of jobs, newest first", pageOf(Generation)) },
});

const get = createRoute({
  method: "get",
  path: PATH,
  summary: "Get a generation",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The job", Generation) },
});

const stop = createRoute({
  method: "post",
  path: `${PATH}/cancel`,
  summary: "Cancel a generation",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The job", Generation) },
});

const events = createRoute({
  method: "get",
  path: `${PATH}/events`,
  summary: "Watch a generation",
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
  path: `${PATH}/socket`,
  summary: "Watch a generation over a WebSocket",
  description:
    "Messages are JSON, `{id, event, data}`, and the same as the events. A ping by the word `ping` is answered with `pong`.",
  tags,
  request: { params, query: eventsQuery },
  responses: { 101: { description: "A WebSocket" } },
});

async function oneJson(c: Context<App>, row: JobRow) {
  const [json] = await generationsJson(c.var.db, [row], c.var.origin);
  if (!json) throw new Error(`Job ${row.id} has no JSON`);
  return json;
}

export const generations = router()
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "generate"));
    const input = c.req.valid("json");
    const webhook = granted(jobWebhook(c.env, input.webhook, { origin }));
    if (webhook && caller.pageKey) {
      deny(refuse("not_granted", "A publishable key names no webhook: it would sign for you.", "/webhook"));
    }
    const id = await orderedJob(c, async () => {
      const order = granted(await orderGeneration(db, caller, input));
      granted(await takeGeneration(db, caller, now));
      return { ...order, webhook };
    });
    c.set("about", { job_id: id });
    const row = await awaitJob(c, caller, "sample", id, waitSeconds(c.req.header("prefer")));
    c.header("location", `${origin}/v1/generations/${id}`);
    return isFinished(row) ? c.json(await oneJson(c, row), 200) : c.json(await oneJson(c, row), 202);
  })
  .openapi(list, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    const page = granted(await listJobs(db, caller, "sample", c.req.valid("query")));
    return c.json({ ...page, items: await generationsJson(db, page.items, origin) }, 200);
  })
  .openapi(get, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const row = granted(await findJob(c.var.db, caller, "sample", c.req.valid("param").job));
    return c.json(await oneJson(c, row), 200);
  })
  .openapi(stop, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "generate"));
    const { job } = c.req.valid("param");
    const refusal = await cancel(c.env, db, granted(await findJob(db, caller, "sample", job)), now);
    if (refusal) deny(refusal);
    return c.json(await oneJson(c, granted(await findJob(db, caller, "sample", job))), 200);
  })
  .openapi(events, (c) => jobEvents(c, "sample", c.req.valid("param").job, c.req.valid("query").after))
  .openapi(socket, (c) => jobSocket(c, "sample", c.req.valid("param").job, c.req.valid("query").after));
