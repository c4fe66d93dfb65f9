// OpenAI's image and model calls, under /openai/v1 and, for clients that know only one address, under /v1.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import {
  OpenAiImageCreate,
  OpenAiImages,
  OpenAiModel,
  OpenAiModels,
} from "../../../schema/contract/compat-openai.ts";
import { ServerSentEvent } from "../../../schema/contract/events.ts";
import { OPENAI_WAIT_MAX_SECONDS } from "../../../schema/contract/limits.ts";
import { token } from "../../../schema/contract/text.ts";
import type { JobRow } from "../../../schema/tables.ts";
import { findModel } from "../../compat/models.ts";
import { failureOf, imageStream, imagesJson } from "../../compat/openai-images.ts";
import { openAiModel, openAiModels } from "../../compat/openai-models.ts";
import { openAiJob } from "../../compat/openai-order.ts";
import type { App } from "../../context.ts";
import { hasEnded, waitForJob } from "../../dispatch/follow.ts";
import { deny, granted, Refusal, refuse } from "../../lib/refusal.ts";
import { callerWith } from "../../rights/rights.ts";
import { jsonBody, jsonReply, noQuery, router } from "../app.ts";

const tags = ["openai"];
const STILL_RUNNING_SECONDS = 2;

const place = (c: Context<App>) => ({
  env: c.env,
  db: c.var.db,
  origin: c.var.origin,
  now: c.var.now,
});

function streamed(c: Context<App>, job: JobRow, partialImages: number): Response {
  return new Response(imageStream(place(c), job, partialImages, c.req.path), {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
  });
}

/** `prefix` is where they are mounted; the document lists them once. */
export function openAi(prefix: string, hide: boolean) {
  const create = createRoute({
    method: "post",
    path: `${prefix}/images/generations`,
    summary: "OpenAI: images.generate",
    description: "Waits for the pictures. With `stream: true`: server-sent events, partial images first.",
    tags,
    hide,
    middleware: noQuery,
    request: { body: jsonBody(OpenAiImageCreate) },
    responses: {
      200: {
        description: "The pictures",
        content: {
          "application/json": { schema: OpenAiImages },
          "text/event-stream": { schema: ServerSentEvent },
        },
      },
    },
  });
  const list = createRoute({
    method: "get",
    path: `${prefix}/models`,
    summary: "OpenAI: models.list",
    tags,
    hide,
    middleware: noQuery,
    responses: { 200: jsonReply("Bases, adapters and mixes", OpenAiModels) },
  });
  const get = createRoute({
    method: "get",
    path: `${prefix}/models/{model}`,
    summary: "OpenAI: models.retrieve",
    description: "A name with a slash is one part of the address: owner%2Fname.",
    tags,
    hide,
    middleware: noQuery,
    request: { params: z.object({ model: token(120) }) },
    responses: { 200: jsonReply("The model", OpenAiModel) },
  });

  return router()
    .openapi(create, async (c) => {
      const caller = granted(callerWith(c.var.caller, "generate"));
      const input = c.req.valid("json");
      if (input.partial_images != null && !input.stream) {
        deny(refuse("request_invalid", "Partial images come with `stream: true`.", "/partial_images"));
      }
      const attempt = {
        body: await c.req.text(),
        isRetry: Number(c.req.header("x-stainless-retry-count") ?? 0) > 0,
        idempotencyKey: c.req.header("idempotency-key"),
      };
      const job = granted(
        await openAiJob({ env: c.env, db: c.var.db, caller, now: c.var.now }, input, attempt),
      );
      if (input.stream) return streamed(c, job, input.partial_images ?? 0);
      const ended = await waitForJob(c.env, c.var.db, job.id, OPENAI_WAIT_MAX_SECONDS);
      if (!hasEnded(ended)) {
        const detail = `Job ${job.id} is still ${ended.status}. The same request, sent again as a retry, finds it.`;
        deny(new Refusal("idempotency_in_flight", detail, [], { retryAfterSeconds: STILL_RUNNING_SECONDS }));
      }
      const failure = failureOf(ended, c.req.path);
      if (!failure) return c.json(await imagesJson(place(c), ended, input), 200);
      const headers = { "content-type": "application/problem+json", "x-should-retry": "false" };
      return new Response(JSON.stringify(failure), { status: failure.status, headers });
    })
    .openapi(list, async (c) => c.json({ object: "list" as const, data: await openAiModels(c.var.db) }, 200))
    .openapi(get, async (c) => {
      const { model } = c.req.valid("param");
      return c.json(openAiModel(granted(await findModel(c.var.db, c.var.viewer, model)), model), 200);
    })
    .post(`${prefix}/images/edits`, () =>
      deny(refuse("not_found", "Pictures are not edited here: images.generate draws new ones.")),
    )
    .post(`${prefix}/images/variations`, () =>
      deny(refuse("not_found", "There are no variations of a picture here: draw again with another `seed`.")),
    );
}
