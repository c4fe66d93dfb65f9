// Jobs as their owners see them: find, list, and turn rows into the contract's JSON.

import { and, desc, eq, sql } from "drizzle-orm";
import type { Generation, Job, Training } from "../../schema/contract/jobs.ts";
import { type ImageRow, type JobRow, jobs, type StoredGenerationRequest } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesOfJobs, imageUrl } from "../storage/images.ts";
import { isThere } from "./await-training.ts";
import { refundsOf } from "./credits.ts";
import { priorityOf } from "./priority.ts";
import { positionOf } from "./queue-order.ts";

export type JobKind = JobRow["kind"];
const RESOURCE = { sample: "generations", train: "trainings" } as const;

export async function findJob(
  db: Db,
  caller: Caller,
  kind: JobKind,
  id: JobRow["id"],
): Promise<JobRow | Refusal> {
  const row = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.kind, kind), eq(jobs.ownerId, caller.id)))
    .get();
  return row ?? refuse("not_found", `You have no such job: ${id}.`);
}

export async function listJobs(
  db: Db,
  caller: Caller,
  kind: JobKind,
  query: { limit: number; cursor?: string | undefined; status?: JobRow["status"] | undefined },
): Promise<{ items: JobRow[]; next_cursor: string | null } | Refusal> {
  const after = readCursor(query.cursor, [0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.ownerId, caller.id),
        eq(jobs.kind, kind),
        query.status && eq(jobs.status, query.status),
        after ? sql`(${jobs.createdAt}, ${jobs.id}) < (${after[0]}, ${after[1]})` : undefined,
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(query.limit + 1)
    .all();
  return pageOfRows(rows, query.limit, (row) => [row.createdAt, row.id]);
}

/** Places in the queue of a base, 1 is next. Jobs that have left the queue have none, nor those that wait for a training. */
async function queuePositions(db: Db, rows: readonly JobRow[]): Promise<Map<string, number>> {
  const ids = rows.filter((row) => row.status === "queued" && row.waitsFor === null).map((row) => row.id);
  if (ids.length === 0) return new Map();
  const places = await db.$client
    .prepare(
      `SELECT id, ${positionOf("jobs")} AS place
       FROM jobs WHERE status = 'queued' AND id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(ids))
    .all<{ id: string; place: number }>();
  return new Map(places.results.map(({ id, place }) => [id, place]));
}

export async function jobsJson(db: Db, rows: readonly JobRow[], origin: string): Promise<Job[]> {
  const finished = rows.filter((row) => row.status === "succeeded").map((row) => row.id);
  const [images, places, refunds] = await Promise.all([
    imagesOfJobs(db, finished),
    queuePositions(db, rows),
    refundsOf(db, rows),
  ]);
  return rows.map((row) => {
    const own = images.filter((image) => image.jobId === row.id);
    const cost = { credits: row.cost, refunded: refunds.get(row.id) ?? 0 };
    return jobJson(row, { cost, images: own, position: places.get(row.id) ?? null, origin });
  });
}

function jobJson(
  row: JobRow,
  {
    cost,
    images,
    position,
    origin,
  }: { cost: Job["cost"]; images: readonly ImageRow[]; position: number | null; origin: string },
): Job {
  const url = `${origin}/v1/${RESOURCE[row.kind]}/${row.id}`;
  const common = {
    id: row.id,
    status: row.status,
    priority: priorityOf(row),
    cost,
    base: row.baseId,
    created_at: isoTime(row.createdAt),
    started_at: isoTimeOrNull(row.startedAt),
    finished_at: isoTimeOrNull(row.finishedAt),
    progress: row.progress,
    queue_position: position,
    cancel_requested: row.cancelRequestedAt !== null,
    warnings: row.warnings,
    error: row.error,
    metrics: row.metrics,
    url,
    events_url: `${url}/events`,
  };
  if (row.kind === "sample") {
    const request = row.request as StoredGenerationRequest;
    const shown = { ...request, adapters: request.adapters.filter(isThere) };
    const result = { images: images.map((image) => imageJson(image, origin)) };
    return {
      ...common,
      kind: "sample",
      waits_for: row.waitsFor,
      request: shown,
      result: row.status === "succeeded" ? result : null,
    };
  }
  const request = row.request as Training["request"];
  const shown = {
    ...request,
    images: request.images.map((image) => ({ ...image, url: new URL(image.url, origin).href })),
  };
  const result = row.versionId && {
    version_id: row.versionId,
    adapter: request.adapter,
    samples: images.map((image) => imageUrl(origin, image.id)),
  };
  return { ...common, kind: "train", request: shown, result: result || null };
}

function imageJson(image: ImageRow, origin: string) {
  const { id, width, height, seed, recipe } = image;
  return { id, url: imageUrl(origin, id), width, height, seed, recipe };
}

/** Seconds one picture took in the last finished generations of a base, and how many jobs wait there. */
export async function estimate(db: Db, baseId: string) {
  const recent = await db
    .select({ startedAt: jobs.startedAt, finishedAt: jobs.finishedAt, request: jobs.request })
    .from(jobs)
    .where(and(eq(jobs.baseId, baseId), eq(jobs.kind, "sample"), sql`status = 'succeeded'`))
    .orderBy(desc(jobs.finishedAt))
    .limit(20)
    .all();
  // After a clock was set back a duration may be negative: it counts as 0.
  const ms = recent.map((row) => Math.max(0, (row.finishedAt ?? 0) - (row.startedAt ?? 0)));
  const seconds = ms.reduce((sum, each) => sum + each, 0) / 1000;
  const pictures = recent.reduce((sum, row) => sum + (row.request as Generation["request"]).count, 0);
  return {
    jobs_ahead: await db.$count(
      jobs,
      and(sql`status = 'queued' and waits_for is null`, eq(jobs.baseId, baseId)),
    ),
    seconds_per_image: pictures > 0 ? Math.round((seconds / pictures) * 100) / 100 : null,
  };
}
