// Members of a generation that are named by a training: one that has ended is replaced by its version, and one under way makes the job wait.

import { and, eq } from "drizzle-orm";
import type { Member, ResolvedMember } from "../../schema/contract/compositions.ts";
import type { GenerationMember, Training } from "../../schema/contract/jobs.ts";
import { type AwaitedMember, type JobRow, jobs } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

/** `place` is its index among the members. */
export type Awaited = { trainingId: JobRow["id"]; baseId: string; place: number; member: AwaitedMember };
/** `places` are the indexes in the request of the members that are known. */
export type Trained = { members: Member[]; places: number[]; awaited: Awaited | null };

export const isThere = (member: ResolvedMember | AwaitedMember): member is ResolvedMember =>
  member.version_id !== null;

export async function trainedMembers(
  db: Db,
  caller: Caller,
  requested: readonly GenerationMember[],
  pointer: string,
): Promise<Trained | Refusal> {
  const found: Trained = { members: [], places: [], awaited: null };
  for (const [i, { training_id, ...member }] of requested.entries()) {
    const at = `${pointer}/${i}/training_id`;
    const training = training_id === undefined ? null : await trainingOf(db, caller, training_id, at);
    if (training instanceof Refusal) return training;
    if (training && training.status !== "succeeded") {
      if (found.awaited) {
        const detail = `A generation waits for one training; ${found.awaited.trainingId} goes on, too.`;
        return refuse("request_invalid", detail, at);
      }
      found.awaited = awaitedOf(training, member, i);
    } else {
      found.members.push(training?.versionId ? { ...member, version_id: training.versionId } : member);
      found.places.push(i);
    }
  }
  return found;
}

async function trainingOf(
  db: Db,
  caller: Caller,
  id: JobRow["id"],
  pointer: string,
): Promise<JobRow | Refusal> {
  const row = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.kind, "train"), eq(jobs.ownerId, caller.id)))
    .get();
  if (!row) return refuse("adapter_unknown", `You have no training ${id}.`, pointer);
  return row.status === "failed" || row.status === "canceled"
    ? refuse("adapter_unready", `The training ${id} has ${row.status} and made no version.`, pointer)
    : row;
}

/** The member as far as it is known. Its version, number and recommended strength come with the training's end. */
function awaitedOf(training: JobRow, member: Member, place: number): Awaited {
  const { adapter, trigger, slot } = training.request as Training["request"];
  const known = { ref: adapter, trigger: member.as ?? trigger, slot, region: member.region ?? null };
  return {
    trainingId: training.id,
    baseId: training.baseId,
    place,
    member: { ...known, version_id: null, strength: member.strength ?? null },
  };
}

export async function hasTrainingEnded(db: Db, id: JobRow["id"]): Promise<boolean> {
  const row = await db.select({ status: jobs.status }).from(jobs).where(eq(jobs.id, id)).get();
  return row?.status !== "queued" && row?.status !== "running";
}
