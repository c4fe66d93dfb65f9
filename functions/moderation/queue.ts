// The moderators' queue: one entry per target with all its pending reports, the most severe first, then the oldest.

import { sql } from "drizzle-orm";
import {
  type QueueEntry,
  REPORT_REASONS,
  type ReportReason,
  type TargetKind,
} from "../../schema/contract/moderation.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { pageOfRows, readCursor } from "../lib/cursor.ts";
import { Refusal } from "../lib/refusal.ts";
import { type Target, targetCard, targetsById } from "./targets.ts";

type Row = {
  target_kind: TargetKind;
  target_id: string;
  reports: number;
  reasons: string;
  severity: number;
  oldest: number;
};
type Query = { limit: number; cursor?: string | undefined; kind?: TargetKind | undefined };
type Page = { items: QueueEntry[]; next_cursor: string | null };

/** The index of each reason in REPORT_REASONS, 0 is the most severe. */
const SEVERITY = sql.raw(
  `min(case reason ${REPORT_REASONS.map((reason, i) => `when '${reason}' then ${i}`).join(" ")} end)`,
);

/**
 * A report that arrives while somebody pages may move a target towards the front; it is then seen on the next pass. Targets whose row is
 * deleted are left out.
 */
export async function listQueue(db: Db, query: Query): Promise<Page | Refusal> {
  const after = readCursor(query.cursor, [0, 0, ""]);
  if (after instanceof Refusal) return after;
  const rows = await db.all<Row>(sql`
    select target_kind, target_id, count(*) as reports, json_group_array(reason) as reasons,
      ${SEVERITY} as severity, min(created_at) as oldest
    from reports
    where state = 'pending' ${query.kind ? sql`and target_kind = ${query.kind}` : sql``}
      and (target_id in (select id from adapters) or target_id in (select id from mixes) or target_id in (select id from pictures)
        or target_id in (select id from comments) or target_id in (select id from users))
    group by target_id
    ${after ? sql`having (severity, oldest, target_id) > (${after[0]}, ${after[1]}, ${after[2]})` : sql``}
    order by severity, oldest, target_id
    limit ${query.limit + 1}`);
  const page = pageOfRows(rows, query.limit, (row) => [row.severity, row.oldest, row.target_id]);
  const targets = await targetsById(
    db,
    page.items.map(({ target_kind, target_id }) => ({ kind: target_kind, id: target_id })),
  );
  const items = page.items.flatMap((row) => {
    const target = targets.get(row.target_id);
    return target ? [entryOf(row, target)] : [];
  });
  return { ...page, items };
}

function entryOf(row: Row, target: Target): QueueEntry {
  const given = JSON.parse(row.reasons) as ReportReason[];
  const reasons = REPORT_REASONS.map((reason) => ({
    reason,
    count: given.filter((one) => one === reason).length,
  }));
  return {
    target: targetCard(target),
    reports: row.reports,
    reasons: reasons.filter(({ count }) => count > 0),
    oldest_at: isoTime(row.oldest),
  };
}
