// A run is one attempt by one runner, identified by its lease. Every request of a runner is looked up here first.

import { eq } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { runners, runs } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type RunOfCaller = typeof runs.$inferSelect;

/** Lease and run are of one and the same attempt, and their ids have one part in common. */
export const runOfLease = (leaseId: Id<"lse">): Id<"run"> => `run_${leaseId.slice("lse_".length)}`;

export type SettledStatus = NonNullable<RunOfCaller["settledStatus"]>;

/** Every statement of a settle carries this guard, and they run as one transaction: all of them apply or none does. */
export const holdsLease = (job: string, lease: string) =>
  `EXISTS (SELECT 1 FROM jobs WHERE id = ${job} AND lease_id = ${lease} AND status = 'running')`;

/** With ?1 for the job and ?2 for the lease. */
export const HOLDS_LEASE = holdsLease("?1", "?2");

export const LEASE_LOST = new Refusal(
  "lease_lost",
  "This lease has ended or went to another run. Drop the work and ask for a new lease.",
);

/** The run of a lease, if one of this caller's runners holds or held it. */
export async function findRun(db: Db, caller: Caller, leaseId: Id<"lse">): Promise<RunOfCaller | Refusal> {
  const found = await db
    .select({ run: runs, ownerId: runners.ownerId })
    .from(runs)
    .innerJoin(runners, eq(runners.id, runs.runnerId))
    .where(eq(runs.leaseId, leaseId))
    .get();
  return found && found.ownerId === caller.id ? found.run : LEASE_LOST;
}
