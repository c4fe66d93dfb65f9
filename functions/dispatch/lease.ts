// Leases: one conditional UPDATE gives a runner the sole right to a batch of jobs of one base, kind and shape until a moment.

import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import { LEASE_TTL_SECONDS, WARM_WAIT_SECONDS } from "../../schema/contract/limits.ts";
import { CHECKPOINT_NAME, type Lease, type LeaseRequest } from "../../schema/contract/runner.ts";
import type { RunnerRow, StoredInput } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { randomText } from "../lib/ids.ts";
import { Refusal } from "../lib/refusal.ts";
import { notifyWebhooks } from "../outbox/outbox.ts";
import { type Caller, isOperator } from "../rights/rights.ts";
import { signedBlobUrl } from "../storage/blobs.ts";
import { bellOf, reportTaken } from "./bell.ts";
import { LEASE, NONCE_CHARACTERS, type Serves, waitsSql } from "./lease-sql.ts";
import { liveOf } from "./live.ts";
import { notifyAll } from "./publish.ts";
import { runOfLease } from "./run.ts";
import { noRunner } from "./runners.ts";
import { ANYTHING_DUE, overdueSince, sweepDue } from "./sweep.ts";

export const LEASE_TTL_MS = LEASE_TTL_SECONDS * 1000;
/** Inputs stay readable this long: a lease is extended by heartbeats, and its addresses are signed once. */
const INPUT_URL_TTL_MS = 2 * 3_600_000;

/**
 * What every lease call asks, and an idle runner nothing else: ?1 now, ?2 since when a job waits too long, ?3 the runner, ?4 its owner,
 * ?5 the bases that it asks for. No row: the owner has no such runner.
 */
const lookSql = (serves: Serves) => `
UPDATE runners SET last_seen_at = ?1 WHERE id = ?3 AND owner_id = ?4 AND deregistered_at IS NULL
RETURNING bases, drain_requested_at IS NOT NULL AS drain, EXISTS (${ANYTHING_DUE}) AS due, ${waitsSql(serves, "?5")} AS waits`;
const LOOK: Record<Serves, string> = { everybody: lookSql("everybody"), owner: lookSql("owner") };

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

type Look = { bases: string; drain: number; due: number; waits: number };
/** `bases` are those of the bases asked for that the runner has. */
type Taken = { rows: LeasedRow[]; drain: boolean; bases: readonly string[] };

type LeaseInput = {
  bases: readonly string[];
  maxBatch: number;
  warm: readonly string[];
  /** Of an earlier call, where the bell rang since: a job is taken in the round trip that looks, not in one after it. */
  rung?: Pick<Taken, "bases"> | null;
};

/**
 * Takes what is there now. Where nothing waits and nothing is due, that is one statement. `nonce` is the random part of the ids, an argument
 * so that tests can repeat a run.
 */
export async function lease(
  { env, db, now, nonce }: { env: Env; db: Db; now: number; nonce: string },
  { id, ownerId }: Pick<RunnerRow, "id" | "ownerId">,
  serves: Serves,
  want: LeaseInput,
): Promise<Taken | Refusal> {
  const ask = (text: string, ...values: unknown[]) => db.$client.prepare(text).bind(...values);
  const look = ask(LOOK[serves], now, overdueSince(now), id, ownerId, JSON.stringify(want.bases));
  const taking = (bases: readonly string[]) => [
    ask(
      LEASE[serves],
      JSON.stringify(bases),
      serves === "owner" ? ownerId : null,
      nonce,
      now + LEASE_TTL_MS,
      now,
      want.maxBatch,
      id,
      JSON.stringify(want.warm),
      now - WARM_WAIT_SECONDS * 1000,
    ),
    ask(OPEN_RUNS, id, now, nonce),
  ];
  const [looked, taken] = await db.$client.batch<unknown>([
    look,
    ...(want.rung ? taking(want.rung.bases) : []),
  ]);
  const [seen] = rowsOf<Look>(looked);
  if (!seen) return noRunner(id);
  const own = JSON.parse(seen.bases) as string[];
  const bases = want.bases.filter((base) => own.includes(base));
  const take = async () => rowsOf<LeasedRow>((await db.$client.batch<unknown>(taking(bases)))[0]);
  const isTried = taken === undefined && seen.waits > 0;
  const first = isTried ? await take() : rowsOf<LeasedRow>(taken);
  // Where another runner was faster, or this one was asked to leave since: which of the two shows when it looks again.
  const last = isTried && first.length === 0 ? await look.first<Look>() : seen;
  const found = { drain: (last?.drain ?? 0) > 0, bases };
  if (!seen.due) return { ...found, rows: first };
  // What the sweep puts back or wakes may be what this runner waits for.
  await sweepDue(env, db, now);
  return { ...found, rows: first.length > 0 ? first : await take() };
}

const rowsOf = <T>(result: D1Result<unknown> | undefined) => (result?.results ?? []) as T[];

/** Long poll: leases, or sleeps on the bell and tries again until `wait_seconds` are over or the runner is asked to leave. */
export async function leaseWaiting(
  { env, db, caller, origin }: { env: Env; db: Db; caller: Caller; origin: string },
  request: z.infer<typeof LeaseRequest>,
): Promise<{ leases: Lease[]; drain: boolean } | Refusal> {
  const serves = isOperator(caller, env) ? "everybody" : "owner";
  const runner = { id: request.runner_id, ownerId: caller.id };
  const want = { bases: request.bases, maxBatch: request.max_batch, warm: request.warm };
  const deadline = Date.now() + request.wait_seconds * 1000;
  const bell = bellOf(env);
  let ring: number | null = null;
  let rung: LeaseInput["rung"] = null;
  for (;;) {
    const version = await bell.version();
    const now = Date.now();
    const nonce = randomText(NONCE_CHARACTERS);
    const taken = await lease({ env, db, now, nonce }, runner, serves, { ...want, rung });
    if (taken instanceof Refusal) return taken;
    const { rows, drain, bases } = taken;
    if (rows.length > 0) {
      await announce(env, rows);
      const leases = await Promise.all(rows.map((row) => leaseJson(env, row, origin, now)));
      return { leases, drain: false };
    }
    if (drain || now >= deadline) return { leases: [], drain };
    const serving = { runnerId: runner.id, bases, ownerId: serves === "owner" ? runner.ownerId : null };
    ring = await bell.sleep({ seen: version, serving, milliseconds: deadline - now, answered: ring });
    rung = ring === null ? null : taken;
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
