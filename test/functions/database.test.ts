// Test files share what the migrations made: the database that they are given is the one that migrations would make.

import { reset } from "cloudflare:test";
import { expect, it } from "vitest";
import { db } from "./cast.ts";
import { makeDatabase, migrate } from "./database.ts";

const all = async <T>(sql: string) => (await db().prepare(sql).all<T>()).results;

/** Every entry of the schema, and every row of every table, those behind virtual tables too. */
async function everything() {
  const entries = await all<{ type: string; name: string }>(
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT GLOB '_cf_*' ORDER BY type, name",
  );
  const rows: Record<string, unknown[]> = {};
  for (const { type, name } of entries) {
    if (type === "table") rows[name] = await all(`SELECT * FROM \`${name}\``);
  }
  return { entries, rows };
}

it("a database made of what the first one holds equals one that migrations make", async () => {
  await reset();
  await migrate();
  const migrated = await everything();
  await reset();
  await makeDatabase();
  expect(await everything()).toEqual(migrated);
  expect(migrated.entries.length).toBeGreaterThan(200);
  expect(migrated.rows.search_folds?.length).toBeGreaterThan(100);
});
