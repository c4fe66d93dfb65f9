// The body of a message: `{type, timestamp, data}` with the job as GET answers it. One writer per shape; the first attempt's text is stored,
// so that every attempt sends the same bytes.

import type { Generation, Job, Training } from "../../schema/contract/jobs.ts";
import { WEBHOOK_BODY_MAX_BYTES } from "../../schema/contract/limits.ts";
import type { DeliveryRow, JobRow, JobWebhookRow } from "../../schema/tables.ts";
import { webhookBodies } from "../compat/replicate-webhook.ts";
import type { Db } from "../db.ts";
import { jobsJson } from "../dispatch/jobs.ts";
import { isoTime } from "../lib/clock.ts";
import type { Signer } from "../storage/output-urls.ts";

/** Returns the message's JSON; several variants where one may be too large, the fullest first. */
type Writer = (db: Db, job: JobRow, delivery: DeliveryRow, signer: Signer) => Promise<unknown[]>;

const WRITERS: Record<JobWebhookRow["shape"], Writer> = {
  native: async (db, job, { type, createdAt, origin, status }) => {
    const [json] = await jobsJson(db, [job], origin);
    if (!json) throw new Error(`Job ${job.id} has no JSON`);
    const data = status === json.status ? json : atStatus(json, status ?? json.status);
    const timestamp = isoTime(createdAt);
    return [
      { type, timestamp, data },
      ...abridged(data).map((short) => ({ type, timestamp, abridged: true, data: short })),
    ];
  },
  replicate: async (db, job, { createdAt, origin, status }, env) =>
    webhookBodies({ env, db, origin, now: createdAt }, job, status ?? job.status),
};

export async function bodyOf(
  db: Db,
  job: JobRow | null,
  delivery: DeliveryRow,
  signer: Signer,
): Promise<string> {
  if (!job) {
    const { type, createdAt, webhookId } = delivery;
    return JSON.stringify({ type, timestamp: isoTime(createdAt), data: { webhook_id: webhookId } });
  }
  const texts = (await WRITERS[delivery.shape](db, job, delivery, signer)).map((message) =>
    JSON.stringify(message),
  );
  const fits = texts.find((text) => new TextEncoder().encode(text).length < WEBHOOK_BODY_MAX_BYTES);
  if (fits === undefined) throw new Error(`Even the shortest message of ${job.id} is too long`);
  return fits;
}

/** The job may have changed since: what came after the reported change is left out. */
function atStatus<J extends Job>(job: J, status: J["status"]): J {
  return {
    ...job,
    status,
    queue_position: null,
    progress: null,
    finished_at: null,
    error: null,
    result: null,
  };
}

/** Shorter variants: without what a picture repeats of its request, then without the request and warnings. GET `url` returns everything. */
function abridged(job: Job): unknown[] {
  const withoutRecipes = job.kind === "sample" ? withoutRecipesOf(job) : withoutCaptionsOf(job);
  const { request, warnings, metrics, ...rest } = withoutRecipes;
  return [withoutRecipes, rest];
}

function withoutRecipesOf(job: Generation): Generation {
  const images = job.result?.images.map((image) => ({ ...image, recipe: null }));
  return { ...job, result: images ? { images } : null };
}

function withoutCaptionsOf(job: Training): Training {
  const images = job.request.images.map((image) => ({ ...image, caption: "" }));
  return { ...job, request: { ...job.request, images } };
}
