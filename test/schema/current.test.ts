// schema/current/ is what a migrated D1 holds: its tables, indexes, views and triggers, with the exact text of their SQL.

import { expect, it } from "vitest";
import { currentSchema, ENTRIES, type Entry } from "../../schema/current.ts";
import { db } from "../functions/cast.ts";

const FOLDER = "../../schema/current/";
const written = import.meta.glob<string>(["../../schema/current/*.sql"], {
  query: "?raw",
  import: "default",
  eager: true,
});

it("is what a migrated database holds; `npm run x -- schema` writes it", async () => {
  const { results } = await db().prepare(ENTRIES).all<Entry>();
  const found = Object.fromEntries(currentSchema(results));
  expect(found).toEqual(
    Object.fromEntries(Object.entries(written).map(([path, text]) => [path.slice(FOLDER.length), text])),
  );
});

it("refuses a trigger without a reason, a reason without a trigger, and a table without a subject", async () => {
  const { results } = await db().prepare(ENTRIES).all<Entry>();
  const trigger = { type: "trigger", name: "jobs_new", tbl_name: "jobs", sql: "CREATE TRIGGER jobs_new" };
  expect(() => currentSchema([...results, trigger])).toThrow("jobs_new");
  expect(() => currentSchema(results.filter(({ name }) => name !== "ledger_only_grows"))).toThrow(
    "ledger_only_grows",
  );
  const table = { type: "table", name: "strays", tbl_name: "strays", sql: "CREATE TABLE strays (id)" };
  expect(() => currentSchema([...results, table])).toThrow("strays");
});
