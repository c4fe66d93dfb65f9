// Remixes of an adapter: the mixes that contain it, and the adapters it is most often composed with.

import { and, eq, sql } from "drizzle-orm";
import type { UsedWith } from "../../schema/contract/people.ts";
import type { OwnedAdapter, OwnedMix } from "../../schema/tables.ts";
import { adapters, mixes } from "../../schema/tables.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { listed } from "../catalog/listed.ts";
import { pageOfMixes } from "../compose/mix-list.ts";
import type { Db } from "../db.ts";
import type { Refusal } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { adaptersById } from "./cards.ts";

const USED_WITH_SHOWN = 12;
/** Companions are counted over this many of the newest compositions, so that a popular adapter does not cost more. */
const COMPOSITIONS_LOOKED_AT = 500;

export async function remixesOf(
  db: Db,
  caller: Caller | null,
  adapter: OwnedAdapter,
  query: { limit: number; cursor?: string | undefined },
): Promise<{ items: OwnedMix[]; next_cursor: string | null } | Refusal> {
  const holdsIt = sql`${mixes.id} in (select c.mix_id from composition_members as m
    join compositions as c on c.id = m.composition_id where m.adapter_id = ${adapter.id})`;
  return pageOfMixes(db, { ...query, sort: "newest" }, and(holdsIt, listed(mixes, caller)));
}

/** The adapters of public mixes with this one, most mixes first. */
export async function usedWith(
  db: Db,
  caller: Caller | null,
  adapter: OwnedAdapter,
  origin: string,
): Promise<UsedWith[]> {
  const counted = await db.all<{ id: string; mixes: number }>(
    sql`select other.adapter_id as id, count(distinct c.mix_id) as mixes
      from (select composition_id from composition_members where adapter_id = ${adapter.id}
        order by composition_id desc limit ${COMPOSITIONS_LOOKED_AT}) as mine
      join composition_members as other on other.composition_id = mine.composition_id
      join compositions as c on c.id = mine.composition_id
      join ${mixes} on ${eq(mixes.id, sql`c.mix_id`)}
      join ${adapters} on ${eq(adapters.id, sql`other.adapter_id`)}
      where ${adapters.id} <> ${adapter.id} and ${listed(mixes, caller)} and ${listed(adapters, caller)}
      group by 1 order by 2 desc, 1 limit ${USED_WITH_SHOWN}`,
  );
  const rows = await adaptersById(
    db,
    counted.map(({ id }) => id),
  );
  const shown = await adaptersJson(db, rows, caller, origin);
  return counted.flatMap(({ id, mixes: count }) => {
    const found = shown.find((one) => one.id === id);
    return found ? [{ adapter: found, mixes: count }] : [];
  });
}
