// A discrete-event simulation of runners and owners around the real dispatch: enqueue, lease, heartbeat, settle, release and sweep run as they
// are, on D1, at the clock of the simulation, and so does the choice of the runner that is woken. Live objects are silent here.

import { drizzle } from "drizzle-orm/d1";
import { enqueue, type NewJob } from "../../../../functions/dispatch/enqueue.ts";
import { heartbeat } from "../../../../functions/dispatch/heartbeat.ts";
import { lease } from "../../../../functions/dispatch/lease.ts";
import { rankOf } from "../../../../functions/dispatch/priority.ts";
import { findRun } from "../../../../functions/dispatch/run.ts";
import { findRunner, register } from "../../../../functions/dispatch/runners.ts";
import { release, settle } from "../../../../functions/dispatch/settle.ts";
import { type Clock, Waiters } from "../../../../functions/dispatch/waiters.ts";
import type { Env } from "../../../../functions/env.ts";
import { newId } from "../../../../functions/lib/ids.ts";
import { granted, Refusal } from "../../../../functions/lib/refusal.ts";
import type { Caller } from "../../../../functions/rights/rights.ts";
import type { JobPriority } from "../../../../schema/contract/jobs.ts";
import { HEARTBEAT_SECONDS, LEASE_TTL_SECONDS } from "../../../../schema/contract/limits.ts";
import type { Settle } from "../../../../schema/contract/runner.ts";
import { type RunnerRow, uploads } from "../../../../schema/tables.ts";
import { randomOf } from "../../../../scripts/chaos/random.ts";
import { png } from "../../cast.ts";
import { Agenda } from "./agenda.ts";
import { Meter } from "./counted.ts";
import type { Counted, Scale } from "./figures.ts";
import { type Order, type Owner, type RunnerPlan, runMs, workloadOf } from "./workload.ts";

const BEGUN = 1_800_000_000_000;
const PAUSE_MS = 20_000;
const RETRY_MS = 30_000;
const FAILED_SHARE = 0.01;
const RELEASED_SHARE = 0.01;

type Held = Exclude<Awaited<ReturnType<typeof lease>>, Refusal>["rows"][number];
type JobId = Held["id"];
export type JobRecord = {
  owner: number;
  priority: JobPriority;
  queuedAt: number;
  leasedAt: number | null;
  ends: string[];
};
export type Story = Counted & {
  owners: readonly Owner[];
  records: Map<JobId, JobRecord>;
  meter: Meter;
  batches: { size: number; max: number; waiting: number }[];
  faults: string[];
};

type Machine = RunnerPlan & { row: RunnerRow; runs: number };

export async function simulate(real: Env, scale: Scale): Promise<Story> {
  const { owners, orders, runners: plans } = workloadOf(scale);
  const random = randomOf(scale.seed + 1);
  const meter = new Meter();
  const database = meter.counted(real.DB);
  const agenda = new Agenda();
  const clock: Clock = {
    now: () => agenda.now,
    after(milliseconds, act) {
      let isCanceled = false;
      agenda.add(agenda.now + milliseconds, async () => (isCanceled ? undefined : act()));
      return () => {
        isCanceled = true;
      };
    },
  };
  const waiters = new Waiters(clock, "simulated");
  const picture = await png(1, 1);
  const env = {
    ...real,
    DB: database,
    JOB_LIVE: silentLive(),
    BLOBS: { get: async () => ({ body: new Blob([picture]).stream() }) },
    BELL: { idFromName: () => ({}), get: () => waiters },
  } as unknown as Env;
  const db = drizzle(database) as Parameters<typeof lease>[0]["db"];
  const operator = callerOf(newId("usr", BEGUN));
  const ownerIds = owners.map(() => newId("usr", BEGUN));
  // Credits are those of an account: without a row there are none, and every order is refused.
  for (const [number, id] of [operator.id, ...ownerIds].entries()) {
    await real.DB.prepare(
      "INSERT INTO users (id, handle, name, email, email_verified, created_at, updated_at) VALUES (?1, ?2, ?2, ?3, 1, 0, 0)",
    )
      .bind(id, `simulated-${number}`, `simulated-${number}@scale.example`)
      .run();
  }
  const holders = new Map<JobId, { leaseId: string; until: number }>();
  const story: Story = {
    ...{
      owners,
      records: new Map(),
      meter,
      batches: [],
      faults: [],
      lateRefused: 0,
      quotaRefused: 0,
      emptyLeases: 0,
    },
    ...{ deepest: 0, virtualSeconds: 0, wallSeconds: 0 },
  };
  let [waiting, open] = [0, orders.length];

  async function order(input: Order): Promise<void> {
    const job = jobOf(input, ownerIds[input.owner] as NewJob["ownerId"]);
    const id = await meter.measure("enqueue", () =>
      enqueue({ env, db, now: agenda.now }, { ...job, ...rankOf(input.priority) }),
    );
    if (id instanceof Refusal) {
      story.quotaRefused++;
      agenda.add(agenda.now + RETRY_MS, () => orderRow(input.owner));
      backlog.get(input.owner)?.unshift(input);
      return;
    }
    story.records.set(id, {
      owner: input.owner,
      priority: input.priority,
      queuedAt: agenda.now,
      leasedAt: null,
      ends: [],
    });
    story.deepest = Math.max(story.deepest, ++waiting);
  }

  /** An owner sends one order after the other until the quota says no, and goes on later. */
  async function orderRow(owner: number): Promise<void> {
    const row = backlog.get(owner) ?? [];
    for (let refused = story.quotaRefused; row.length > 0 && refused === story.quotaRefused; ) {
      await order(row.shift() as Order);
    }
  }

  async function poll(machine: Machine, rung: number | null = null): Promise<void> {
    const version = waiters.version();
    const nonce = Array.from({ length: 10 }, () => Math.floor(random() * 32).toString(32)).join("");
    // As one call of a runner does: what waits at its bell since it last looked is taken in the round trip that looks.
    const want = {
      bases: machine.bases,
      maxBatch: machine.maxBatch,
      warm: [],
      rung: rung === null ? null : machine,
    };
    const { rows } = granted(
      await meter.measure("lease", () =>
        lease({ env, db, now: agenda.now, nonce }, machine.row, "everybody", want),
      ),
    );
    for (const row of rows) took(row);
    if (rows.length === 0) {
      story.emptyLeases++;
      const serving = { runnerId: machine.row.id, bases: machine.bases, ownerId: null };
      void waiters.sleep({ seen: version, serving, milliseconds: PAUSE_MS, answered: rung }).then((ring) => {
        if (open > 0) agenda.add(agenda.now, () => poll(machine, ring));
      });
      return;
    }
    waiters.took(rows.map(({ id }) => id));
    story.batches.push({ size: rows.length, max: machine.maxBatch, waiting });
    machine.runs++;
    const length = runMs(rows[0] ? shapeOf(rows[0]) : "", rows.length, random);
    const isSilent = machine.runs === machine.silentIn;
    for (let at = HEARTBEAT_SECONDS * 1000; !isSilent && at < length; at += HEARTBEAT_SECONDS * 1000) {
      agenda.add(agenda.now + at, () => beat(rows));
    }
    const pause = isSilent ? 2 * LEASE_TTL_SECONDS * 1000 : 0;
    agenda.add(agenda.now + length + pause, async () => {
      for (const row of rows) await end(row, isSilent);
      await poll(machine);
    });
  }

  function took({ id, lease_id }: Held) {
    const holder = holders.get(id);
    if (holder && holder.until > agenda.now) story.faults.push(`${id} was leased twice at once`);
    holders.set(id, { leaseId: lease_id, until: agenda.now + LEASE_TTL_SECONDS * 1000 });
    const record = story.records.get(id);
    if (!record) story.faults.push(`${id} was never ordered`);
    else if (record.ends.length > 0) story.faults.push(`${id} was leased after its end`);
    else record.leasedAt ??= agenda.now;
    // What a sweep put back was never counted as waiting again.
    if (!holder) waiting--;
  }

  async function beat(rows: readonly Held[]): Promise<void> {
    for (const { id, lease_id } of rows) {
      await meter.measure("heartbeat", async () => {
        const reply = await heartbeat({ env, db, caller: operator, now: agenda.now }, lease_id, {});
        const holder = holders.get(id);
        if (reply instanceof Refusal) story.faults.push(`${id} lost its lease while it was kept alive`);
        else if (holder?.leaseId === lease_id) holder.until = reply.expiresAt;
      });
    }
  }

  async function end({ id, lease_id }: Held, isLate: boolean): Promise<void> {
    const chance = random();
    if (!isLate && chance < RELEASED_SHARE) {
      await meter.measure("release", async () => {
        const run = await findRun(db, operator, lease_id);
        const reply =
          run instanceof Refusal ? run : await release({ env, db, now: agenda.now }, run, "leaves");
        if (reply !== "queued") story.faults.push(`${id} could not be given back`);
      });
      holders.delete(id);
      waiting++;
      return;
    }
    const fails = chance < RELEASED_SHARE + FAILED_SHARE;
    const output = outputOf(lease_id);
    // The bytes came before, over another way; this is the row that they leave.
    if (!fails) await db.insert(uploads).values(uploadOf(operator.id, lease_id, agenda.now));
    const report = fails
      ? {
          outcome: "failed",
          error: { code: "out_of_memory", message: "too big", retryable: true },
          outputs: [],
        }
      : { outcome: "succeeded", outputs: [output] };
    const reply = await meter.measure("settle", async () => {
      const run = await findRun(db, operator, lease_id);
      const body = { warnings: [], metrics: {}, ...report } as unknown as Settle;
      return run instanceof Refusal ? run : settle({ env, db, now: agenda.now }, run, body);
    });
    if (reply instanceof Refusal) {
      if (isLate && reply.code === "lease_lost") {
        story.lateRefused++;
        await endedBySweep(id);
      } else story.faults.push(`${id} could not be settled: ${reply.code} ${reply.detail}`);
      return;
    }
    if (isLate) {
      story.faults.push(`${id} was settled by a runner that came too late`);
      return;
    }
    holders.delete(id);
    if (reply === "queued") waiting++;
    else ended(id, reply);
  }

  /** Of a job whose last run fell silent only D1 knows. */
  async function endedBySweep(id: JobId): Promise<void> {
    const row = await real.DB.prepare("SELECT status FROM jobs WHERE id = ?")
      .bind(id)
      .first<{ status: string }>();
    if (row?.status === "failed" && story.records.get(id)?.ends.length === 0) ended(id, row.status);
  }

  function ended(id: JobId, status: string) {
    story.records.get(id)?.ends.push(status);
    open--;
  }

  const backlog = new Map<number, Order[]>();
  for (const input of orders) backlog.set(input.owner, [...(backlog.get(input.owner) ?? []), input]);
  agenda.now = BEGUN;
  const begun = performance.now();
  for (const [owner, row] of backlog) agenda.add(BEGUN + (row[0]?.at ?? 0), () => orderRow(owner));
  for (const [i, plan] of plans.entries()) {
    const facts = {
      name: `r${i}`,
      version: "1",
      device: "cpu",
      dtype: "float32",
      memory_bytes: 1,
      bases: plan.bases,
    };
    const id = granted(await register(db, operator, facts, BEGUN));
    const row = await findRunner(db, operator, id, BEGUN);
    if (row instanceof Refusal) throw new Error(row.detail);
    const machine = { ...plan, row, runs: 0 };
    agenda.add(BEGUN + 500 + i, () => poll(machine));
  }
  await agenda.run(() => open > 0);
  story.virtualSeconds = (agenda.now - BEGUN) / 1000;
  story.wallSeconds = (performance.now() - begun) / 1000;
  return story;
}

const callerOf = (id: Caller["id"]): Caller =>
  ({
    ...{ id, handle: "operator", name: "Operator", email: "operator@example.com", emailVerified: true },
    ...{ suspendedAt: null, createdAt: new Date(BEGUN), session: null, signedInBy: "key" as const },
  }) as Caller;

function jobOf({ base, shape }: Order, ownerId: NewJob["ownerId"]): NewJob {
  const spec = { prompt: "a person", count: 1, steps: 1, width: 256, height: 256, adapters: [], shape };
  return {
    ...{ ownerId, kind: "sample", baseId: base, shape, inputs: [], adapterId: null },
    request: { composition_id: null, count: 1 } as unknown as NewJob["request"],
    spec: spec as unknown as NewJob["spec"],
  };
}

const shapeOf = (row: Held) => (JSON.parse(row.spec) as { shape: string }).shape;

const outputOf = (leaseId: string) => ({
  ...{
    name: "0.png",
    role: "image",
    content_type: "image/png",
    size_bytes: 100,
    sha256: shaOf(leaseId),
    meta: {},
  },
});

const shaOf = (leaseId: string) =>
  Array.from(leaseId, (character) => character.charCodeAt(0).toString(16).padStart(2, "0"))
    .join("")
    .padEnd(64, "0")
    .slice(0, 64);

const uploadOf = (
  ownerId: Caller["id"],
  leaseId: Held["lease_id"],
  now: number,
): typeof uploads.$inferInsert => ({
  ...{ id: newId("upl", now), ownerId, leaseId, name: "0.png", kind: "output", contentType: "image/png" },
  ...{ sizeBytes: 100, sha256: shaOf(leaseId), announcedSha256: shaOf(leaseId) },
  ...{ filename: "0.png", width: 256, height: 256 },
  ...{ createdAt: now, expiresAt: now + 60_000, storedAt: now },
});

const silentLive = () => ({ idFromName: () => ({}), get: () => ({ publish: async () => {} }) });
