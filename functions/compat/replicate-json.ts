// Jobs in Replicate's format: predictions, trainings, and the log whose last line is read as progress by its clients.

import { and, eq, ne } from "drizzle-orm";
import type {
  ReplicatePrediction,
  ReplicateStatus,
  ReplicateTraining,
} from "../../schema/contract/compat-replicate.ts";
import type { Generation, Training } from "../../schema/contract/jobs.ts";
import { OUTPUT_URL_TTL_SECONDS, REPLICATE_STREAM_TTL_SECONDS } from "../../schema/contract/limits.ts";
import type { JobRow } from "../../schema/tables.ts";
import { adapters, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { hasEnded } from "../dispatch/follow.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { inList } from "../lib/in-list.ts";
import { signUrl } from "../lib/signing.ts";
import { signedBlobPath } from "../storage/blobs.ts";
import { imagesOfJobs } from "../storage/images.ts";
import { outputUrl, type Signer } from "../storage/output-urls.ts";
import { BASES_OWNER } from "./models.ts";
import { eventsFilter } from "./replicate-events.ts";

/** `root` is the address that the client uses: origin and prefix. */
export type Root = { env: Signer; db: Db; origin: string; root: string; now: number };

const STATUS: Record<JobRow["status"], ReplicateStatus> = {
  queued: "starting",
  running: "processing",
  succeeded: "succeeded",
  failed: "failed",
  canceled: "canceled",
};
const BAR_CELLS = 10;

export async function predictionsJson(place: Root, rows: readonly JobRow[]): Promise<ReplicatePrediction[]> {
  const { env, db, origin, root, now } = place;
  const finished = rows.filter(({ status }) => status === "succeeded").map(({ id }) => id);
  const images = await imagesOfJobs(db, finished);
  return Promise.all(
    rows.map(async (row) => {
      const own = images.filter(({ jobId }) => jobId === row.id);
      const url = `${root}/predictions/${row.id}`;
      return {
        ...runJson(row, now),
        ...modelOf(row),
        input: row.asked?.input ?? inputOf(row.request as Generation["request"]),
        output:
          row.status === "succeeded"
            ? await Promise.all(own.map((image) => outputUrl(env, origin, image, now)))
            : null,
        data_removed: false as const,
        urls: { get: url, cancel: `${url}/cancel`, stream: await streamUrl(env, root, row, now) },
      };
    }),
  );
}

/** A stream is fetched without a key. */
function streamUrl(env: Signer, root: string, row: JobRow, now: number): Promise<string> {
  const { origin, pathname } = new URL(`${root}/stream/${row.id}`);
  const expiresAt = now + REPLICATE_STREAM_TTL_SECONDS * 1000;
  return signUrl(env.UPLOAD_SIGNING_SECRET, { method: "GET", origin, path: pathname, expiresAt });
}

export async function trainingsJson(place: Root, rows: readonly JobRow[]): Promise<ReplicateTraining[]> {
  const { env, db, origin, root, now } = place;
  const ids = rows.flatMap(({ versionId }) => versionId ?? []);
  const made = await db
    .select({ id: versions.id, sha256: versions.sha256 })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    // Removed content is not returned to anybody, including its owner.
    .where(and(inList(versions.id, ids), ne(adapters.state, "removed")))
    .all();
  return Promise.all(
    rows.map(async (row) => {
      const request = row.request as Training["request"];
      const version = made.find(({ id }) => id === row.versionId);
      const url = `${root}/trainings/${row.id}`;
      const expiresAt = now + OUTPUT_URL_TTL_SECONDS * 1000;
      return {
        ...runJson(row, now),
        model: `${BASES_OWNER}/${row.baseId}`,
        version: row.baseId,
        destination: row.asked?.destination ?? request.adapter,
        input: row.asked?.input ?? { trigger_word: request.trigger, class_word: request.class_word },
        output: version
          ? {
              version: `${request.adapter}:${version.id}`,
              weights: await signUrl(env.UPLOAD_SIGNING_SECRET, {
                method: "GET",
                origin,
                path: signedBlobPath(version.sha256),
                expiresAt,
              }),
            }
          : null,
        urls: { get: url, cancel: `${url}/cancel` },
      };
    }),
  );
}

/** Fields that predictions and trainings share. */
function runJson(row: JobRow, now: number) {
  const end = row.finishedAt ?? now;
  const metrics = hasEnded(row)
    ? {
        predict_time: row.startedAt === null ? 0 : (end - row.startedAt) / 1000,
        total_time: (end - row.createdAt) / 1000,
      }
    : {};
  return {
    id: row.id,
    status: STATUS[row.status],
    logs: logOf(row, now),
    error: row.error?.message ?? null,
    created_at: isoTime(row.createdAt),
    started_at: isoTimeOrNull(row.startedAt),
    completed_at: isoTimeOrNull(row.finishedAt),
    metrics,
    source: "api" as const,
    webhook: row.webhook?.url ?? null,
    webhook_events_filter: row.webhook ? eventsFilter(row.webhook.events) : null,
  };
}

/** A job of our own API names no model: its only adapter is used, or its base. */
function modelOf(row: JobRow): { model: string; version: string } {
  const base = { model: `${BASES_OWNER}/${row.baseId}`, version: row.baseId };
  if (row.asked) {
    const model = row.asked.model.replace(/:\d+$/, "");
    if (!model.includes("/")) return base;
    return { model, version: row.asked.version ?? "hidden" };
  }
  const [only, ...others] = (row.request as Generation["request"]).adapters;
  if (!only || others.length > 0) return base;
  return { model: only.ref.replace(/:\d+$/, ""), version: only.version_id };
}

function inputOf(request: Generation["request"]): Record<string, unknown> {
  const [width, height] = request.size.split("x").map(Number);
  return {
    prompt: request.prompt,
    negative_prompt: request.negative_prompt,
    seed: request.seed,
    num_outputs: request.count,
    num_inference_steps: request.steps,
    guidance_scale: request.guidance,
    width,
    height,
  };
}

/** Lines as a model on Replicate prints them; the progress line is tqdm's. */
export function logOf(row: JobRow, now: number): string {
  const lines = [`Using seed: ${row.request.seed}`];
  const asked = row.asked?.input.prompt;
  if ("prompt" in row.request && typeof asked === "string" && asked !== row.request.prompt) {
    lines.push(`With its adapters' triggers the prompt is: ${row.request.prompt}`);
  }
  lines.push(...row.warnings.map((warning) => `Warning: ${warning}`));
  const elapsed = row.startedAt === null ? 0 : ((row.finishedAt ?? now) - row.startedAt) / 1000;
  const total = row.progress?.total ?? row.request.steps;
  if (row.status === "succeeded") lines.push(progressLine(total, total, elapsed));
  else if (row.progress) lines.push(progressLine(row.progress.step, total, elapsed));
  if (row.error) lines.push(`Error: ${row.error.message}`);
  return `${lines.join("\n")}\n`;
}

/** `76%|███████▌  | 19/25 [00:04<00:01,  4.25it/s]` */
export function progressLine(step: number, total: number, elapsedSeconds: number): string {
  const share = total > 0 ? Math.min(1, step / total) : 0;
  const bar = "█".repeat(Math.round(share * BAR_CELLS)).padEnd(BAR_CELLS);
  const rate = elapsedSeconds > 0 ? step / elapsedSeconds : 0;
  const left = rate > 0 ? clock((total - step) / rate) : "?";
  const speed = rate > 0 ? `${rate.toFixed(2).padStart(5)}it/s` : "?it/s";
  return `${String(Math.floor(share * 100)).padStart(3)}%|${bar}| ${step}/${total} [${clock(elapsedSeconds)}<${left}, ${speed}]`;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}
