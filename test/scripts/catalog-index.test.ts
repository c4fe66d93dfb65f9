// The benchmark's catalog is indexed beside its rows as the triggers index it: every table of the index is equal, ids included.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fillCatalog } from "../../scripts/bench/catalog-rows.ts";

const MIGRATIONS = globSync("schema/migrations/*.sql").sort();
const COUNT = 120;
const TABLES = [
  "catalog",
  "catalog_values",
  "catalog_words",
  "catalog_tags",
  "catalog_counts",
  "catalog_cube",
  "catalog_revision",
];

function filled(byTriggers: boolean): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const file of MIGRATIONS) db.exec(readFileSync(file, "utf8"));
  fillCatalog(db, COUNT, 7, { byTriggers });
  for (const name of ["adapters_fts", "catalog_words_fts"]) {
    db.exec(`CREATE VIRTUAL TABLE temp.terms_of_${name} USING fts5vocab('main', '${name}', 'instance')`);
  }
  return db;
}

test("the search index of the benchmark's catalog is what the triggers write", () => {
  const [beside, byTriggers] = [filled(false), filled(true)];
  const questions = [
    ...TABLES.map((table) =>
      `SELECT * FROM ${table} ORDER BY 1, 2, 3`.replace(
        "1, 2, 3",
        table === "catalog_words" ? "1" : "1, 2, 3",
      ),
    ),
    "SELECT * FROM terms_of_adapters_fts ORDER BY term, doc, col, offset",
    "SELECT * FROM terms_of_catalog_words_fts ORDER BY term, doc, col, offset",
    "SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') ORDER BY type, name",
  ];
  for (const question of questions) {
    const [ours, theirs] = [beside, byTriggers].map((db) => db.prepare(question).all());
    assert.ok((theirs?.length ?? 0) > 0, question);
    assert.deepEqual(ours, theirs, question);
  }
});
