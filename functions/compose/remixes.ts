// Remixes: how many mixes an adapter is in, and the word to its owner about a new one.

import { sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { adapters } from "../../schema/tables.ts";
import type { Caller } from "../auth/caller.ts";
import { refOf } from "../catalog/adapters.ts";
import type { Db } from "../context.ts";
import { notificationRow } from "../people/notifications.ts";
import type { FactsById } from "./member-facts.ts";
import { mixRef, type OwnedMix } from "./mixes.ts";

/**
 * Counts anew for every adapter that a mix ever held: mixes that are there and not private, each once. Counted instead of
 * added to, because a mix may be published, hidden and withdrawn in any order.
 */
export function remixesRecounted(db: Db, mixId: Id<"mix">) {
  return db
    .update(adapters)
    .set({
      remixes: sql`(
        select count(distinct mixes.id) from composition_members m
        join compositions c on c.id = m.composition_id join mixes on mixes.id = c.mix_id
        where m.adapter_id = ${adapters.id} and mixes.state = 'published' and mixes.visibility <> 'private'
      )`,
    })
    .where(
      sql`${adapters.id} in (
        select m.adapter_id from compositions c join composition_members m on m.composition_id = c.id where c.mix_id = ${mixId}
      )`,
    );
}

/** One note for each owner in a mix that others may see, once a mix: later versions are no news. */
export function remixNotes(
  db: Db,
  caller: Caller,
  mix: Pick<OwnedMix, "id" | "owner" | "name">,
  facts: FactsById,
  now: number,
) {
  const byOwner = Map.groupBy(
    [...facts.values()].map(({ adapter }) => adapter),
    (adapter) => adapter.ownerId,
  );
  return [...byOwner].map(([userId, theirs]) =>
    notificationRow(
      db,
      {
        userId,
        kind: "remix",
        actorId: caller.id,
        targetId: mix.id,
        data: { ref: mixRef(mix), adapters: theirs.map(refOf).join(", ") },
      },
      now,
      sql`exists (select 1 from mixes where id = ${mix.id} and state = 'published' and visibility <> 'private')
        and not exists (
          select 1 from notifications where target_id = ${mix.id} and kind = 'remix' and user_id = ${userId}
        )`,
    ),
  );
}
