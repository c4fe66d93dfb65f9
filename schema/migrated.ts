// A database in memory with every migration applied, by Node's own SQLite: for writing schema/current/ and for tests. Never imported by the Worker.

import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { ENTRIES, type Entry } from "./current.ts";

const MIGRATIONS = new URL("./migrations/", import.meta.url);

export function migrated(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  const names = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
  for (const name of names.sort()) db.exec(readFileSync(new URL(name, MIGRATIONS), "utf8"));
  return db;
}

export const migratedEntries = (): Entry[] => migrated().prepare(ENTRIES).all() as Entry[];
