// Replicate's predictions: create, get, list, cancel, stream.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { z } from "zod";
import {
  ReplicateModelPredictionCreate,
  ReplicatePrediction,
  ReplicatePredictionCreate,
  replicatePage,
} from "../../../schema/contract/compat-replicate.ts";
import { idOf } from "../../../schema/contract/ids.ts";
import type { JobRow } from "../../../schema/tables.ts";
import { findModel, type Model } from "../../compat/models.ts";
import { predictionsJson } from "../../compat/replicate-json.ts";
import { modelOfVersion, orderPrediction } from "../../compat/replicate-order.ts";
import { predictionStream } from "../../compat/replicate-stream.ts";
import type { App } from "../../context.ts";
import { cancel } from "../../dispatch/cancel.ts";
import { hasEnded, waitForJob } from "../../dispatch/follow.ts";
import { findJob, listJobs } from "../../dispatch/jobs.ts";
import { deny, granted, refuse } from "../../lib/refusal.ts";
import { isSigned } from "../../lib/signing.ts";
import { callerWith } from "../../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "../app.ts";
import { idempotent } from "../idempotent.ts";
import { orderedJob, waitSeconds } from "../job-routes.ts";
import { cursorQuery, modelParams, pageJson, placeOf, tags, webhookOf } from "./replicate-place.ts";

const PAGE = 100;
const params = idParam("prediction", idOf("job"));

export function replicatePredictions(prefix: string, hide: boolean) {
  const shared = { tags, hide };
  const create = createRoute({
    ...shared,
    method: "post",
    path: `${prefix}/predictions`,
    summary: "Replicate: predictions.create with a version",
    description: "`Prefer: wait=N` holds the answer until the prediction ends, up to 60 s.",
    middleware: [noQuery, idempotent("generate")],
    request: { body: jsonBody(ReplicatePredictionCreate) },
    responses: { 201: jsonReply("The prediction", ReplicatePrediction) },
  });
  const createOfModel = createRoute({
    ...shared,
    method: "post",
    path: `${prefix}/models/{owner}/{name}/predictions`,
    summary: "Replicate: predictions.create with a model",
    middleware: [noQuery, idempotent("generate")],
    request: { params: modelParams, body: jsonBody(ReplicateModelPredictionCreate) },
    responses: { 201: jsonReply("The prediction", ReplicatePrediction) },
  });
  const list = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/predictions`,
    summary: "Replicate: predictions.list",
    request: { query: cursorQuery },
    responses: { 200: jsonReply("A page, newest first", replicatePage(ReplicatePrediction)) },
  });
  const get = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/predictions/{prediction}`,
    summary: "Replicate: predictions.get",
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The prediction", ReplicatePrediction) },
  });
  const stop = createRoute({
    ...shared,
    method: "post",
    path: `${prefix}/predictions/{prediction}/cancel`,
    summary: "Replicate: predictions.cancel",
    description: "One that has ended already is answered as it is.",
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The prediction", ReplicatePrediction) },
  });

  async function json(c: Context<App>, row: JobRow) {
    const [prediction] = await predictionsJson(placeOf(c, prefix), [row]);
    if (!prediction) throw new Error(`Job ${row.id} has no JSON`);
    return prediction;
  }

  async function created(
    c: Context<App>,
    model: Model,
    input: z.infer<typeof ReplicateModelPredictionCreate>,
  ) {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "generate"));
    const webhook = granted(webhookOf(c, input));
    const id = await orderedJob(c, async () => ({
      ...granted(await orderPrediction(db, caller, model, input.input)),
      webhook,
    }));
    const seconds = waitSeconds(c.req.header("prefer"));
    const row = await waitForJob(c.env, db, id, seconds);
    if (seconds > 0) c.header("preference-applied", `wait=${seconds}`);
    c.header("location", `${c.var.origin}${prefix}/predictions/${id}`);
    const prediction = await json(c, row);
    // Clients treat every other status as the end and read the output, which is not there yet.
    return hasEnded(row) ? prediction : { ...prediction, status: "starting" as const };
  }

  return router()
    .openapi(create, async (c) => {
      const caller = granted(callerWith(c.var.caller, "generate"));
      const { version, model, ...input } = c.req.valid("json");
      const found =
        version === undefined
          ? await findModel(c.var.db, caller, model ?? "", "/model")
          : await modelOfVersion(c.var.db, caller, version);
      return c.json(await created(c, granted(found), input), 201);
    })
    .openapi(createOfModel, async (c) => {
      const caller = granted(callerWith(c.var.caller, "generate"));
      const { owner, name } = c.req.valid("param");
      const model = granted(await findModel(c.var.db, caller, `${owner}/${name}`));
      return c.json(await created(c, model, c.req.valid("json")), 201);
    })
    .openapi(list, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const place = placeOf(c, prefix);
      const page = granted(
        await listJobs(place.db, caller, "sample", { limit: PAGE, ...c.req.valid("query") }),
      );
      const results = await predictionsJson(place, page.items);
      return c.json(pageJson(`${place.root}/predictions`, page.next_cursor, results), 200);
    })
    .openapi(get, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const row = granted(await findJob(c.var.db, caller, "sample", c.req.valid("param").prediction));
      return c.json(await json(c, row), 200);
    })
    .openapi(stop, async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "generate"));
      const { prediction } = c.req.valid("param");
      const row = granted(await findJob(db, caller, "sample", prediction));
      const fault = hasEnded(row) ? null : await cancel(c.env, db, row, now);
      if (fault && fault.code !== "job_finished") deny(fault);
      return c.json(await json(c, granted(await findJob(db, caller, "sample", prediction))), 200);
    });
}

/** Mounted before callers are identified: clients fetch a stream without their key. */
export function replicateStream(prefix: string) {
  return router().get(`${prefix}/stream/:prediction`, async (c) => {
    const id = idOf("job").safeParse(c.req.param("prediction"));
    const signed = await isSigned(c.env.UPLOAD_SIGNING_SECRET, "GET", new URL(c.req.url), c.var.now);
    if (!id.success || !signed) {
      deny(
        refuse("upload_url_invalid", "This address has expired or was changed. Get the prediction again."),
      );
    }
    return new Response(predictionStream(c.env, placeOf(c, prefix), id.data), {
      headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
    });
  });
}
