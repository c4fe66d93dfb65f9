// Credits: what jobs were charged and refunded, and what an owner has used today. Written by triggers of the migration alone.

import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { at, id } from "./columns.ts";

/** A job is charged once and refunded once: the key says so. Rows are never changed. */
export const ledger = sqliteTable(
  "ledger",
  {
    jobId: id("job_id", "job").notNull(),
    kind: text("kind", { enum: ["charge", "refund"] }).notNull(),
    ownerId: id("owner_id", "usr").notNull(),
    credits: integer("credits").notNull(),
    /** Days since 1970 in UTC; of a refund that of its charge. */
    day: integer("day").notNull(),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.jobId, t.kind] }), index("ledger_owner").on(t.ownerId, t.jobId)],
);

/** Charges less refunds of the last day on which the owner ordered something. */
export const allowances = sqliteTable("allowances", {
  ownerId: id("owner_id", "usr").primaryKey(),
  day: integer("day").notNull(),
  used: integer("used").notNull(),
});
