// The bases this edge knows: those of schema/bases, bundled, and those that an operator's runner has published. A description never changes,
// so an isolate keeps what it has read, and reads only what is new.

import { eq } from "drizzle-orm";
import { BUNDLED_BASES } from "../../schema/bases/index.ts";
import { type Base, BaseDescription } from "../../schema/contract/bases.ts";
import { shortened } from "../../schema/contract/cut-text.ts";
import { BASE_PUBLISH_SECONDS, BASES_READ_SECONDS } from "../../schema/contract/limits.ts";
import { bases } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { radixOf, slotDimensions } from "../lib/slot.ts";

const BUNDLED: readonly Base[] = BUNDLED_BASES.map((description) => BaseDescription.parse(description));
export const isBundled = (id: string) => BUNDLED.some((base) => base.id === id);

/** Those that count: the bundled ones, then the others by when they came. `readBases` keeps it up to date. */
export const BASES: Base[] = [...BUNDLED];

/** All that were read, also those published too recently to count. */
const read = new Map<string, Base>(BUNDLED.map((base) => [base.id, base]));
let readAt = Number.NEGATIVE_INFINITY;

/**
 * Reads the bases that were published since. A base counts BASE_PUBLISH_SECONDS after it was published; by then every isolate, which reads
 * every BASES_READ_SECONDS, has it: no row can name a base that another isolate does not know.
 */
export async function readBases(db: Db, now: number): Promise<void> {
  if (now >= readAt && now - readAt < BASES_READ_SECONDS * 1_000) return;
  const rows = await db
    .select({ id: bases.id, publishedAt: bases.publishedAt })
    .from(bases)
    .orderBy(bases.publishedAt, bases.id)
    .all();
  const counting: Base[] = [];
  for (const { id, publishedAt } of rows) {
    const base = read.get(id) ?? (await storedBase(db, id));
    if (!base) continue;
    read.set(id, base);
    if (publishedAt + BASE_PUBLISH_SECONDS * 1_000 <= now) counting.push(base);
  }
  BASES.splice(BUNDLED.length, BASES.length, ...counting);
  readAt = now;
}

async function storedBase(db: Db, id: string): Promise<Base | undefined> {
  const row = await db.select().from(bases).where(eq(bases.id, id)).get();
  return row && BaseDescription.parse(row.description);
}

export function baseOf(id: string, pointer = "/base"): Base | Refusal {
  const base = BASES.find((known) => known.id === id);
  const known = BASES.map(({ id }) => id).join(", ");
  return base ?? refuse("base_unknown", `There is no base "${shortened(id, 64)}". Known: ${known}.`, pointer);
}

/** For ids from our own rows: an unknown one is an unexpected error. */
export function knownBase(id: string): Base {
  const base = read.get(id);
  if (!base) throw new Error(`A row names the base ${id}, which is neither bundled nor published`);
  return base;
}

export function radixOfBase(base: Base): number {
  return radixOf(slotDimensions(base), base.rank);
}
