// /v1/generations: order pictures, follow their progress, fetch them.

import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { Generation, GenerationCreate, type Job } from "../../schema/contract/jobs.ts";
import { takeGeneration } from "../auth/page-keys.ts";
import { orderGeneration } from "../dispatch/order-generation.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { callerWith } from "../rights/rights.ts";
import { jobWebhook } from "../webhooks/job-webhook.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";
import { jobResource, orderReply } from "./job-resource.ts";
import { awaitJob, orderedJob, waitSeconds } from "./job-routes.ts";

const schema: z.ZodType<Job> = Generation;

const create = createRoute({
  method: "post",
  path: "/v1/generations",
  summary: "Generate pictures",
  description: "Answers 202 with the job. `Prefer: wait=N` holds the answer until the job ends, up to 60 s.",
  tags: ["generations"],
  middleware: [noQuery, idempotent("generate")],
  request: { body: jsonBody(GenerationCreate) },
  responses: {
    200: jsonReply("The finished job, if it ended while the caller waited", schema),
    202: jsonReply("The job", schema),
  },
});

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
    const row = await awaitJob(c, caller, { kind: "sample", id }, waitSeconds(c.req.header("prefer")));
    c.header("location", `${origin}/v1/generations/${id}`);
    return orderReply(c, row);
  })
  .route("/", jobResource({ kind: "sample", name: "generation", scope: "generate", schema }));
