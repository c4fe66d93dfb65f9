// Replicate's trainings: create on a base's version, get, list, cancel. Our own /v1/trainings has another shape, so these have no alias there.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  ReplicateTraining,
  ReplicateTrainingCreate,
  replicatePage,
} from "../../../schema/contract/compat-replicate.ts";
import { idOf } from "../../../schema/contract/ids.ts";
import { token } from "../../../schema/contract/text.ts";
import type { JobRow } from "../../../schema/tables.ts";
import { BASES } from "../../catalog/bases.ts";
import { findModel } from "../../compat/models.ts";
import { trainingsJson } from "../../compat/replicate-json.ts";
import { orderReplicateTraining } from "../../compat/replicate-order.ts";
import type { App } from "../../context.ts";
import { cancel } from "../../dispatch/cancel.ts";
import { hasEnded, readJob } from "../../dispatch/follow.ts";
import { findJob, listJobs } from "../../dispatch/jobs.ts";
import { deny, granted, refuse } from "../../lib/refusal.ts";
import { callerWith } from "../../rights/rights.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "../app.ts";
import { idempotent } from "../idempotent.ts";
import { orderedJob } from "../job-routes.ts";
import { cursorQuery, modelParams, pageJson, placeOf, tags, webhookOf } from "./replicate-place.ts";

const PAGE = 100;
const params = idParam("training", idOf("job"));

export function replicateTrainings(prefix: string) {
  const create = createRoute({
    method: "post",
    path: `${prefix}/models/{owner}/{name}/versions/{version}/trainings`,
    summary: "Replicate: trainings.create",
    description:
      "On a base: {owner} is bases, {name} and {version} its id. The destination becomes a draft adapter of yours.",
    tags,
    middleware: [noQuery, idempotent("publish")],
    request: {
      params: modelParams.extend({ version: token(64) }),
      body: jsonBody(ReplicateTrainingCreate),
    },
    responses: { 201: jsonReply("The training", ReplicateTraining) },
  });
  const list = createRoute({
    method: "get",
    path: `${prefix}/trainings`,
    summary: "Replicate: trainings.list",
    tags,
    request: { query: cursorQuery },
    responses: { 200: jsonReply("A page, newest first", replicatePage(ReplicateTraining)) },
  });
  const get = createRoute({
    method: "get",
    path: `${prefix}/trainings/{training}`,
    summary: "Replicate: trainings.get",
    tags,
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The training", ReplicateTraining) },
  });
  const stop = createRoute({
    method: "post",
    path: `${prefix}/trainings/{training}/cancel`,
    summary: "Replicate: trainings.cancel",
    tags,
    middleware: noQuery,
    request: { params },
    responses: { 200: jsonReply("The training", ReplicateTraining) },
  });

  async function json(c: Context<App>, row: JobRow) {
    const [training] = await trainingsJson(placeOf(c, prefix), [row]);
    if (!training) throw new Error(`Job ${row.id} has no JSON`);
    return training;
  }

  return router()
    .openapi(create, async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { owner, name, version } = c.req.valid("param");
      const body = c.req.valid("json");
      const model = granted(await findModel(db, caller, `${owner}/${name}`));
      if (model.kind !== "base") {
        deny(
          refuse(
            "not_found",
            `Trainings start from a base, ${BASES.map(({ id }) => `bases/${id}`).join(" or ")}; not from ${owner}/${name}.`,
          ),
        );
      }
      if (version !== model.base.id) deny(refuse("not_found", `${owner}/${name} has no version ${version}.`));
      const webhook = granted(webhookOf(c, body));
      const { destination, input } = body;
      const id = await orderedJob(c, async () => {
        const order = await orderReplicateTraining(
          { env: c.env, db, caller, now },
          model.base.id,
          destination,
          input,
        );
        return { ...granted(order), webhook };
      });
      c.header("location", `${c.var.origin}${prefix}/trainings/${id}`);
      return c.json(await json(c, await readJob(db, id)), 201);
    })
    .openapi(list, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const place = placeOf(c, prefix);
      const page = granted(
        await listJobs(place.db, caller, "train", { limit: PAGE, ...c.req.valid("query") }),
      );
      const results = await trainingsJson(place, page.items);
      return c.json(pageJson(`${place.root}/trainings`, page.next_cursor, results), 200);
    })
    .openapi(get, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const row = granted(await findJob(c.var.db, caller, "train", c.req.valid("param").training));
      return c.json(await json(c, row), 200);
    })
    .openapi(stop, async (c) => {
      const { db, now } = c.var;
      const caller = granted(callerWith(c.var.caller, "publish"));
      const { training } = c.req.valid("param");
      const row = granted(await findJob(db, caller, "train", training));
      const fault = hasEnded(row) ? null : await cancel(c.env, db, row, now);
      if (fault && fault.code !== "job_finished") deny(fault);
      return c.json(await json(c, granted(await findJob(db, caller, "train", training))), 200);
    });
}
