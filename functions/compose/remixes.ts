// Remixes: the notification to an adapter's owner about a new mix with it. Triggers count them (schema/current/catalog.sql).

import { sql } from "drizzle-orm";
import type { OwnedMix } from "../../schema/tables.ts";
import { refOf } from "../catalog/adapters.ts";
import type { Db } from "../db.ts";
import { notificationRow } from "../notify/notifications.ts";
import type { Caller } from "../rights/rights.ts";
import type { FactsById } from "./member-facts.ts";
import { mixRef } from "./mixes.ts";

/** One notification per owner for a mix that others may see, once per mix: later versions notify nobody. */
export function remixNotes(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  mix: Pick<OwnedMix, "id" | "owner" | "name">,
  facts: FactsById,
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
