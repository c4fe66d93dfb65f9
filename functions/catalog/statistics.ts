// The numbers of an adapter's page: totals, each of the last days, and the adapters it was used with.

import { and, asc, desc, eq, gt } from "drizzle-orm";
import type { AdapterStatistics } from "../../schema/contract/adapters.ts";
import { COMPANIONS_SHOWN, STATISTICS_DAYS } from "../../schema/contract/limits.ts";
import type { OwnedAdapter } from "../../schema/tables.ts";
import { adapterDays, adapterPairs, adapters, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";
import { dayOf } from "./trends.ts";

export async function statisticsOf(db: Db, adapter: OwnedAdapter, now: number): Promise<AdapterStatistics> {
  const today = dayOf(now);
  const [days, pairs] = await db.batch([
    db
      .select()
      .from(adapterDays)
      .where(and(eq(adapterDays.adapterId, adapter.id), gt(adapterDays.day, today - STATISTICS_DAYS))),
    db
      .select({ owner: users.handle, name: adapters.name, title: adapters.title, uses: adapterPairs.uses })
      .from(adapterPairs)
      .innerJoin(adapters, eq(adapters.id, adapterPairs.otherId))
      .innerJoin(users, eq(users.id, adapters.ownerId))
      .where(
        and(
          eq(adapterPairs.adapterId, adapter.id),
          eq(adapters.state, "published"),
          eq(adapters.visibility, "public"),
        ),
      )
      .orderBy(desc(adapterPairs.uses), asc(adapterPairs.otherId))
      .limit(COMPANIONS_SHOWN),
  ]);
  const byDay = new Map(days.map((row) => [row.day, row]));
  const { uses, downloads, likes, comments, remixes } = adapter;
  return {
    totals: { uses, downloads, likes, comments, remixes },
    days: Array.from({ length: STATISTICS_DAYS }, (_, i) => {
      const day = today - STATISTICS_DAYS + 1 + i;
      const row = byDay.get(day);
      return {
        day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        uses: row?.uses ?? 0,
        downloads: row?.downloads ?? 0,
        likes: row?.likes ?? 0,
      };
    }),
    used_with: pairs.map(({ owner, name, title, uses }) => ({ ref: `${owner}/${name}`, title, uses })),
  };
}
