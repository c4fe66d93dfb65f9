// Forks: compositions made from somebody's mix. Counting them, notifying the owner, and listing a composition's ancestors.

import { eq, sql } from "drizzle-orm";
import type { Ancestor } from "../../schema/contract/compositions.ts";
import { MIX_ANCESTORS_MAX } from "../../schema/contract/limits.ts";
import type { CompositionRow } from "../../schema/tables.ts";
import { mixes } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { notificationRow } from "../notify/notifications.ts";
import type { Caller } from "../rights/rights.ts";
import { type FoundMix, mixRef } from "./mixes.ts";

/**
 * For the batch that writes a fork, behind its row. A mix counts people, not copies: only somebody's first fork of it is
 * counted and notified, and an owner's own is not.
 */
export function forkCounted(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  fork: CompositionRow,
  source: FoundMix,
) {
  const { mix, version } = source;
  const isFirst = sql`${caller.id} <> ${mix.ownerId} and not exists (
    select 1 from compositions f join compositions v on v.id = f.forked_from_id
    where v.mix_id = ${mix.id} and f.owner_id = ${caller.id} and f.id <> ${fork.id}
  )`;
  const note = {
    userId: mix.ownerId,
    kind: "fork" as const,
    actorId: caller.id,
    targetId: mix.id,
    data: { ref: mixRef(mix, version.number) },
  };
  return [
    db
      .update(mixes)
      .set({ forks: sql`${mixes.forks} + 1` })
      .where(sql`${eq(mixes.id, mix.id)} and ${isFirst}`),
    notificationRow(db, note, now, isFirst),
  ] as const;
}

type AncestorRow = {
  id: CompositionRow["id"];
  ref: string | null;
  title: string | null;
};

const ANCESTORS = `
WITH RECURSIVE chain (id, depth) AS (
  SELECT ?1, 1
  UNION ALL
  SELECT c.forked_from_id, depth + 1 FROM chain JOIN compositions c ON c.id = chain.id
  WHERE c.forked_from_id IS NOT NULL AND depth < ?2
)
SELECT chain.id AS id, users.handle || '/' || mixes.name || ':' || c.number AS ref, mixes.title AS title
FROM chain JOIN compositions c ON c.id = chain.id
LEFT JOIN mixes ON mixes.id = c.mix_id AND mixes.state = 'published' AND (mixes.visibility <> 'private' OR mixes.owner_id = ?3)
LEFT JOIN users ON users.id = mixes.owner_id
ORDER BY depth`;

/** What a composition was made from, nearest first. Those that this caller may not see are listed without their name. */
export async function ancestorsOf(
  db: Db,
  row: CompositionRow,
  caller: Caller | null,
  most = MIX_ANCESTORS_MAX,
): Promise<Ancestor[]> {
  if (row.forkedFromId === null) return [];
  const found = await db.$client
    .prepare(ANCESTORS)
    .bind(row.forkedFromId, most, caller?.id ?? "")
    .all<AncestorRow>();
  return found.results.map(({ id, ref, title }) => ({ composition_id: id, ref, title }));
}
