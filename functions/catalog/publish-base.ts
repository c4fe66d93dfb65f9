// Publishing a base: an operator's runner registers the description of its base, once. From then on adapters can be made for it.

import { eq } from "drizzle-orm";
import type { Base } from "../../schema/contract/bases.ts";
import { BASES_PUBLISHED_MAX } from "../../schema/contract/limits.ts";
import { bases } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { isBundled, radixOfBase } from "./bases.ts";

const FULL = new Refusal(
  "quota_exceeded",
  `There are ${BASES_PUBLISHED_MAX} published bases, the most there can be.`,
);

/** When it was published. The same description again changes nothing; another one under a taken id is refused. */
export async function publishBase(
  db: Db,
  operator: Caller,
  base: Base,
  now: number,
): Promise<number | Refusal> {
  const fault = slotFault(base);
  if (fault) return fault;
  const taken = refuse(
    "name_taken",
    `There is a base ${base.id} with another description. A base never changes.`,
    "/id",
  );
  if (isBundled(base.id)) return taken;
  const description = JSON.stringify(base);
  await db.$client
    .prepare(
      `INSERT INTO bases (id, owner_id, description, published_at)
       SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM bases) < ?5 ON CONFLICT DO NOTHING`,
    )
    .bind(base.id, operator.id, description, now, BASES_PUBLISHED_MAX)
    .run();
  const stored = await db.select().from(bases).where(eq(bases.id, base.id)).get();
  if (!stored) return FULL;
  return JSON.stringify(stored.description) === description ? stored.publishedAt : taken;
}

/** Every layer needs room for slots of the base's rank. */
function slotFault(base: Base): Refusal | null {
  try {
    radixOfBase(base);
    return null;
  } catch (error) {
    if (error instanceof RangeError) return refuse("request_invalid", error.message, "/rank");
    throw error;
  }
}
