// Trends: uses, downloads and likes of the last days, with exponentially decreasing weight, to sort lists by.

import { STATISTICS_DAYS, TREND_HALF_LIFE_DAYS, TREND_LIKE_WEIGHT } from "../../schema/contract/limits.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";

export const dayOf = (milliseconds: number) => Math.floor(milliseconds / DAY_MS);

/** An event `age` days ago has the weight 2^(-age / half-life). */
export const trendWeight = (age: number) => 2 ** (-age / TREND_HALF_LIFE_DAYS);

const UPDATE = `
WITH weights AS (SELECT CAST(key AS INTEGER) AS age, value AS weight FROM json_each(?1)),
next AS (
  SELECT a.id AS id, coalesce((
    SELECT sum((d.uses + d.downloads + ${TREND_LIKE_WEIGHT} * d.likes) * w.weight)
    FROM adapter_days d JOIN weights w ON d.day = ?2 - w.age WHERE d.adapter_id = a.id
  ), 0) AS trend
  FROM adapters a
  WHERE a.id IN (SELECT adapter_id FROM adapter_days WHERE day > ?2 - ${STATISTICS_DAYS}) OR a.trend > 0
)
UPDATE adapters SET trend = next.trend FROM next WHERE adapters.id = next.id AND abs(adapters.trend - next.trend) > 1e-9`;

/** Writes only what changed: rows with something in the last 30 days, or whose trend is not yet 0. */
export async function updateTrends(db: Db, now: number): Promise<number> {
  const weights = Array.from({ length: STATISTICS_DAYS }, (_, age) => trendWeight(age));
  const result = await db.$client.prepare(UPDATE).bind(JSON.stringify(weights), dayOf(now)).run();
  return result.meta.changes;
}
