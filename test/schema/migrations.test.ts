// The migrations, applied in order, give exactly the tables that schema/tables.ts describes: parts of them are written by hand.

import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as tables from "../../schema/tables.ts";
import { db } from "../functions/cast.ts";

type Column = { name: string; type: string; notnull: number; dflt_value: string | null; pk: number };
type Index = { name: string; unique: number; origin: string; partial: number };

const configs = (Object.values(tables) as unknown[])
  .filter((value): value is SQLiteTable => is(value, SQLiteTable))
  .map((table) => getTableConfig(table));

const isRowNumber = (isKey: boolean, type: string) => isKey && type.toLowerCase() === "integer";

const all = async <T>(sql: string) => (await db().prepare(sql).all<T>()).results;

describe("a migrated database", () => {
  it.each(configs.map((config) => [config.name, config] as const))(
    "has the columns of %s",
    async (name, config) => {
      const columns = await all<Column>(`PRAGMA table_info(\`${name}\`)`);
      const keys = config.primaryKeys.flatMap(({ columns: parts }) => parts.map((part) => part.name));
      const described = config.columns.map((column) => ({
        name: column.name,
        type: column.getSQLType().toLowerCase(),
        // An integer key is the row's own number (SQLite, "ROWIDs and the INTEGER PRIMARY KEY"): never null, never left out.
        notnull: isRowNumber(column.primary, column.getSQLType()) || column.notNull,
        hasDefault:
          !isRowNumber(column.primary, column.getSQLType()) &&
          column.hasDefault &&
          column.defaultFn === undefined,
        pk: column.primary || keys.includes(column.name),
      }));
      const found = columns.map((column) => ({
        name: column.name,
        type: column.type.toLowerCase(),
        notnull: isRowNumber(column.pk > 0, column.type) || column.notnull === 1,
        hasDefault: column.dflt_value !== null,
        pk: column.pk > 0,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(found.toSorted(byName)).toEqual(described.toSorted(byName));
    },
  );

  it.each(configs.map((config) => [config.name, config] as const))(
    "has the indexes of %s",
    async (name, config) => {
      const indexes = (await all<Index>(`PRAGMA index_list(\`${name}\`)`)).filter(
        ({ origin }) => origin === "c",
      );
      const described = [
        ...config.indexes.map(({ config: index }) => ({
          name: index.name,
          unique: index.unique,
          partial: index.where !== undefined,
        })),
        ...config.columns
          .filter((column) => column.isUnique)
          .map((column) => ({ name: column.uniqueName ?? "", unique: true, partial: false })),
      ];
      const found = indexes.map((index) => ({
        name: index.name,
        unique: index.unique === 1,
        partial: index.partial === 1,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(found.toSorted(byName)).toEqual(described.toSorted(byName));
    },
  );
});
