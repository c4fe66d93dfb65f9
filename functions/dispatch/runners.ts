// Runners: machines that register, lease jobs and leave. A runner belongs to the account whose key it carries.

import { eq } from "drizzle-orm";
import type { z } from "zod";
import type { RunnerRegister } from "../../schema/contract/runner.ts";
import type { RunnerRow } from "../../schema/tables.ts";
import { runners } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export async function register(
  db: Db,
  caller: Caller,
  facts: z.infer<typeof RunnerRegister>,
  now: number,
): Promise<RunnerRow["id"]> {
  const { name, version, device, dtype, bases } = facts;
  const id = newId("rnr", now);
  await db.insert(runners).values({
    id,
    ownerId: caller.id,
    name,
    version,
    device,
    dtype,
    memoryBytes: facts.memory_bytes,
    bases,
    registeredAt: now,
    lastSeenAt: now,
    drainRequestedAt: null,
    deregisteredAt: null,
  });
  return id;
}

/** A deregistered runner registers again under a new id: the old one stays with its runs. */
export async function findRunner(
  db: Db,
  caller: Caller,
  id: RunnerRow["id"],
  now: number,
): Promise<RunnerRow | Refusal> {
  const row = await db.select().from(runners).where(eq(runners.id, id)).get();
  if (!row || row.ownerId !== caller.id || row.deregisteredAt !== null) {
    return refuse("not_found", `You have no runner ${id}. Register again.`, "/runner_id");
  }
  await db.update(runners).set({ lastSeenAt: now }).where(eq(runners.id, id));
  return row;
}

export async function deregister(db: Db, runner: RunnerRow, now: number): Promise<void> {
  await db.update(runners).set({ deregisteredAt: now }).where(eq(runners.id, runner.id));
}

export async function isDraining(db: Db, id: RunnerRow["id"]): Promise<boolean> {
  const row = await db
    .select({ drainRequestedAt: runners.drainRequestedAt })
    .from(runners)
    .where(eq(runners.id, id))
    .get();
  return row ? row.drainRequestedAt !== null : false;
}
