// schema/current/ is what a migrated D1 holds: its tables, indexes, views and triggers, with the exact text of their SQL.

import { expect, it } from "vitest";
import accounts from "../../schema/current/accounts.sql?raw";
import bases from "../../schema/current/bases.sql?raw";
import blobs from "../../schema/current/blobs.sql?raw";
import catalog from "../../schema/current/catalog.sql?raw";
import credits from "../../schema/current/credits.sql?raw";
import dispatch from "../../schema/current/dispatch.sql?raw";
import moderation from "../../schema/current/moderation.sql?raw";
import people from "../../schema/current/people.sql?raw";
import pictures from "../../schema/current/pictures.sql?raw";
import search from "../../schema/current/search.sql?raw";
import webhooks from "../../schema/current/webhooks.sql?raw";
import { currentSchema, ENTRIES, type Entry } from "../../schema/current.ts";
import { db } from "../functions/cast.ts";

const written = {
  accounts,
  bases,
  blobs,
  catalog,
  credits,
  dispatch,
  moderation,
  people,
  pictures,
  search,
  webhooks,
};

it("is what a migrated database holds; `npm run x -- schema` writes it", async () => {
  const { results } = await db().prepare(ENTRIES).all<Entry>();
  const found = Object.fromEntries(currentSchema(results));
  expect(found).toEqual(
    Object.fromEntries(Object.entries(written).map(([name, text]) => [`${name}.sql`, text])),
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
