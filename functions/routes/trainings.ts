// /v1/trainings: train a concept on pictures; success makes a draft version with previews.

import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { type Job, Training, TrainingCreate } from "../../schema/contract/jobs.ts";
import { orderTraining } from "../dispatch/order-training.ts";
import { granted } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";
import { jobWebhook } from "../webhooks/job-webhook.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";
import { jobResource, orderReply } from "./job-resource.ts";
import { awaitJob, orderedJob, waitSeconds } from "./job-routes.ts";

const schema: z.ZodType<Job> = Training;

const create = createRoute({
  method: "post",
  path: "/v1/trainings",
  summary: "Train an adapter on pictures",
  description: "Answers 202 with the job. `Prefer: wait=N` holds the answer until the job ends, up to 60 s.",
  tags: ["trainings"],
  middleware: [noQuery, idempotent("publish")],
  request: { body: jsonBody(TrainingCreate) },
  responses: {
    200: jsonReply("The finished job, if it ended while the caller waited", schema),
    202: jsonReply("The job", schema),
  },
});

export const trainings = router()
  .openapi(create, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const input = c.req.valid("json");
    const webhook = granted(jobWebhook(c.env, input.webhook, { origin }));
    const id = await orderedJob(c, async () => ({
      ...granted(await orderTraining(db, caller, input, now)),
      webhook,
    }));
    c.set("about", { job_id: id });
    const row = await awaitJob(c, caller, { kind: "train", id }, waitSeconds(c.req.header("prefer")));
    c.header("location", `${origin}/v1/trainings/${id}`);
    return orderReply(c, row);
  })
  .route("/", jobResource({ kind: "train", name: "training", scope: "publish", schema }));
