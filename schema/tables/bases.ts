// Bases that an operator's runner has published. Those that come with the product are bundled (schema/bases) and have no row.

import { sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Base } from "../contract/bases.ts";
import { at, id, json } from "./columns.ts";

export const bases = sqliteTable("bases", {
  id: text("id").primaryKey(),
  ownerId: id("owner_id", "usr").notNull(),
  /** Never changed. */
  description: json<Base>("description").notNull(),
  publishedAt: at("published_at").notNull(),
});
