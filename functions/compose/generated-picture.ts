// A picture of one of the caller's generations, with what was ordered: for covers, and for sharing.

import { and, eq, sql } from "drizzle-orm";
import type { Generation } from "../../schema/contract/jobs.ts";
import type { ImageRow } from "../../schema/tables.ts";
import { images, jobs } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

export type GeneratedPicture = {
  image: ImageRow;
  baseId: string;
  request: Generation["request"];
  /** A runner of the caller's own account drew it: nobody else can check that it did what the recipe says. */
  byOwnRunner: boolean;
};

/** Somebody else's gets the same refusal as one that does not exist. */
export async function generatedPicture(
  db: Db,
  caller: Caller,
  id: ImageRow["id"],
  pointer: string,
): Promise<GeneratedPicture | Refusal> {
  const found = await db
    .select({
      image: images,
      baseId: jobs.baseId,
      request: jobs.request,
      byOwnRunner: sql<number>`exists (select 1 from runs r join runners m on m.id = r.runner_id
        where r.job_id = ${jobs.id} and r.outcome = 'succeeded' and m.owner_id = ${caller.id})`,
    })
    .from(images)
    .innerJoin(jobs, eq(jobs.id, images.jobId))
    .where(and(eq(images.id, id), eq(images.role, "generation"), eq(images.ownerId, caller.id)))
    .get();
  if (!found) return refuse("image_invalid", `You have no generated picture ${id}.`, pointer);
  return {
    ...found,
    request: found.request as Generation["request"],
    byOwnRunner: found.byOwnRunner === 1,
  };
}
