// /v1/operations: for operators in a session. Queues, runners and draining them, failed jobs and replaying one.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { idOf } from "../../schema/contract/ids.ts";
import { pageOf, pageQuery } from "../../schema/contract/lists.ts";
import { FailedJob, Operations, ReplayedJob, RunnerStanding } from "../../schema/contract/operations.ts";
import {
  drainRunner,
  listFailures,
  listRunners,
  operationsJson,
  replayJob,
  resumeRunner,
} from "../dispatch/operations.ts";
import { granted } from "../lib/refusal.ts";
import { operatorOf } from "../rights/rights.ts";
import { idParam, jsonReply, noQuery, router } from "./app.ts";

const tags = ["operations"];
const query = z.strictObject(pageQuery);

const overview = createRoute({
  method: "get",
  path: "/v1/operations",
  summary: "Get the state of queues, runners and webhooks",
  tags,
  middleware: noQuery,
  responses: { 200: jsonReply("The service at work", Operations) },
});

const runners = createRoute({
  method: "get",
  path: "/v1/operations/runners",
  summary: "List runners",
  tags,
  request: { query },
  responses: {
    200: jsonReply("A page of runners that have not left, the last heard of first", pageOf(RunnerStanding)),
  },
});

const drain = createRoute({
  method: "post",
  path: "/v1/operations/runners/{runner}/drain",
  summary: "Drain a runner",
  description:
    "It gets no more jobs, finishes those it holds, deregisters and exits 0. Until then it can be resumed.",
  tags,
  middleware: noQuery,
  request: { params: idParam("runner", idOf("rnr")) },
  responses: { 200: jsonReply("The runner", RunnerStanding) },
});

const resume = createRoute({
  method: "post",
  path: "/v1/operations/runners/{runner}/resume",
  summary: "Resume a draining runner",
  tags,
  middleware: noQuery,
  request: { params: idParam("runner", idOf("rnr")) },
  responses: { 200: jsonReply("The runner", RunnerStanding) },
});

const failures = createRoute({
  method: "get",
  path: "/v1/operations/failures",
  summary: "List failed jobs",
  tags,
  request: { query },
  responses: { 200: jsonReply("A page of failed jobs, newest first", pageOf(FailedJob)) },
});

const replay = createRoute({
  method: "post",
  path: "/v1/operations/jobs/{job}/replay",
  summary: "Replay a failed job",
  description: "Makes a new job of its owner with the same work. Again answers the same new job.",
  tags,
  middleware: noQuery,
  request: { params: idParam("job", idOf("job")) },
  responses: { 201: jsonReply("The new job", ReplayedJob) },
});

export const operations = router()
  .openapi(overview, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    return c.json(await operationsJson(c.var.db, c.var.now), 200);
  })
  .openapi(runners, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    return c.json(granted(await listRunners(c.var.db, c.req.valid("query"))), 200);
  })
  .openapi(drain, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    const { runner } = c.req.valid("param");
    c.set("about", { runner_id: runner });
    return c.json(granted(await drainRunner(c.env, c.var.db, runner, c.var.now)), 200);
  })
  .openapi(resume, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    const { runner } = c.req.valid("param");
    c.set("about", { runner_id: runner });
    return c.json(granted(await resumeRunner(c.var.db, runner)), 200);
  })
  .openapi(failures, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    return c.json(granted(await listFailures(c.var.db, c.req.valid("query"))), 200);
  })
  .openapi(replay, async (c) => {
    granted(operatorOf(c.var.caller, c.env));
    const { job } = c.req.valid("param");
    const replayed = granted(await replayJob(c.env, c.var.db, job, c.var.now));
    c.set("about", { job_id: job, replayed_as: replayed.job_id });
    return c.json(replayed, 201);
  });
