// Leases: one conditional UPDATE gives a runner the sole right to a batch of jobs of one base, kind and shape until a moment.

import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { LEASE_TTL_SECONDS, WARM_WAIT_SECONDS } from "../../schema/contract/limits.ts";
import { CHECKPOINT_NAME, type Lease, type LeaseRequest } from "../../schema/contract/runner.ts";
import type { RunnerRow, StoredInput } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { randomText } from "../lib/ids.ts";
import { notifyWebhooks } from "../outbox/outbox.ts";
import { type Caller, isOperator } from "../rights/rights.ts";
import { signedBlobUrl } from "../storage/blobs.ts";
import { bellOf, reportTaken } from "./bell.ts";
import { LEASE, NONCE_CHARACTERS, type Serves } from "./lease-sql.ts";
import { liveOf } from "./live.ts";
import { notifyAll } from "./publish.ts";
import { runOfLease } from "./run.ts";
import { ANYTHING_DUE, overdueSince, sweepDue } from "./sweep.ts";

export const LEASE_TTL_MS = LEASE_TTL_SECONDS * 1000;
/** Inputs stay readable this long: a lease is extended by heartbeats, and its addresses are signed once. */
const INPUT_URL_TTL_MS = 2 * 3_600_000;

/** What an idle runner asks most often, in one statement: ?1 now, ?2 since when a job waits too long, ?3 the runner. */
const STATE = `SELECT EXISTS (${ANYTHING_DUE}) AS due,
  EXISTS (SELECT 1 FROM runners WHERE id = ?3 AND drain_requested_at IS NOT NULL) AS drain`;

const OPEN_RUNS = `
INSERT INTO runs (id, job_id, lease_id, runner_id, attempt, started_at)
SELECT 'run_' || substr(lease_id, 5), id, lease_id, ?1, attempts, ?2 FROM jobs
WHERE lease_id >= 'lse_' || ?3 AND lease_id < 'lse_' || ?3 || '~'`;

type LeasedRow = {
  id: Id<"job">;
  kind: "sample" | "train";
  base_id: string;
  lease_id: Id<"lse">;
  attempts: number;
  spec: string;
  inputs: string;
  checkpoint_sha256: string | null;
};

type Taken = { rows: LeasedRow[]; drain: boolean };

/** Takes what is there now. `nonce` is the random part of the ids, an argument so that tests can repeat a run. */
export async function lease(
  { env, db, now, nonce }: { env: Env; db: Db; now: number; nonce: string },
  runner: RunnerRow,
  serves: Serves,
  want: { bases: readonly string[]; maxBatch: number; warm: readonly string[] },
): Promise<Taken> {
  const take = async () => {
    const [state, taken] = await db.$client.batch<unknown>([
      db.$client.prepare(STATE).bind(now, overdueSince(now), runner.id),
      db.$client
        .prepare(LEASE[serves])
        .bind(
          JSON.stringify(want.bases),
          serves === "owner" ? runner.ownerId : null,
          nonce,
          now + LEASE_TTL_MS,
          now,
          want.maxBatch,
          runner.id,
          JSON.stringify(want.warm),
          now - WARM_WAIT_SECONDS * 1000,
        ),
      db.$client.prepare(OPEN_RUNS).bind(runner.id, now, nonce),
    ]);
    const rows = (taken?.results ?? []) as LeasedRow[];
    const [{ due, drain } = { due: 0, drain: 0 }] = (state?.results ?? []) as {
      due: number;
      drain: number;
    }[];
    return { rows, drain: drain > 0, isDue: due > 0 };
  };
  const first = await take();
  if (!first.isDue) return first;
  // What the sweep puts back or wakes may be what this runner waits for.
  await sweepDue(env, db, now);
  return first.rows.length > 0 ? first : take();
}

/** Long poll: leases, or sleeps on the bell and tries again until `wait_seconds` are over or the runner is asked to leave. */
export async function leaseWaiting(
  { env, db, caller, origin }: { env: Env; db: Db; caller: Caller; origin: string },
  runner: RunnerRow,
  request: z.infer<typeof LeaseRequest>,
): Promise<{ leases: Lease[]; drain: boolean }> {
  const serves = isOperator(caller, env) ? "everybody" : "owner";
  const bases = request.bases.filter((base) => runner.bases.includes(base));
  const want = { bases, maxBatch: request.max_batch, warm: request.warm };
  const serving = { runnerId: runner.id, bases, ownerId: serves === "owner" ? runner.ownerId : null };
  const deadline = Date.now() + request.wait_seconds * 1000;
  const bell = bellOf(env);
  let rung: number | null = null;
  for (;;) {
    const version = await bell.version();
    const now = Date.now();
    const nonce = randomText(NONCE_CHARACTERS);
    const { rows, drain } = await lease({ env, db, now, nonce }, runner, serves, want);
    if (rows.length > 0) {
      await announce(env, rows);
      const leases = await Promise.all(rows.map((row) => leaseJson(env, row, origin, now)));
      return { leases, drain: false };
    }
    if (drain || now >= deadline) return { leases: [], drain };
    rung = await bell.sleep({ seen: version, serving, milliseconds: deadline - now, answered: rung });
  }
}

async function announce(env: Env, rows: readonly LeasedRow[]): Promise<void> {
  const event = { name: "status", data: { status: "running", queue_position: null } } as const;
  const ids = rows.map(({ id }) => id);
  await notifyAll([
    notifyWebhooks(env, ids),
    reportTaken(env, ids),
    ...rows.map((row) => liveOf(env, row.id).publish(event)),
  ]);
}

async function leaseJson(env: Env, row: LeasedRow, origin: string, now: number): Promise<Lease> {
  const stored = JSON.parse(row.inputs) as StoredInput[];
  const spec = JSON.parse(row.spec) as Lease["spec"];
  const checkpoint = row.checkpoint_sha256 ? await checkpointInput(env, row.checkpoint_sha256) : null;
  const inputs = await Promise.all(
    [...stored, ...(checkpoint ? [checkpoint] : [])].map(async (input) => ({
      ...input,
      url: await signedBlobUrl(env, origin, input.sha256, now + INPUT_URL_TTL_MS),
    })),
  );
  return {
    lease_id: row.lease_id,
    run_id: runOfLease(row.lease_id),
    job_id: row.id,
    attempt: row.attempts,
    kind: row.kind,
    base: row.base_id,
    expires_at: new Date(now + LEASE_TTL_MS).toISOString(),
    spec: row.kind === "train" ? { ...spec, resume_input: checkpoint?.name ?? null } : spec,
    inputs,
  } as Lease;
}

async function checkpointInput(env: Env, sha256: string): Promise<StoredInput | null> {
  const size_bytes = await env.DB.prepare("SELECT size_bytes FROM blobs WHERE sha256 = ?")
    .bind(sha256)
    .first<number>("size_bytes");
  return size_bytes === null
    ? null
    : { name: CHECKPOINT_NAME, sha256, size_bytes, content_type: "application/octet-stream" };
}
