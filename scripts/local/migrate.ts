// The migrations of a local server's database. A new database gets all of them at once; one that is there gets what it lacks, by wrangler alone.

import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Home, ROOT, WRANGLER } from "./paths.ts";
import { digestOf, unlessDone } from "./stamp.ts";
import { runTool } from "./tool.ts";
import { WRANGLER_ENV } from "./worker.ts";

const MIGRATIONS = "schema/migrations/*.sql";
/** As wrangler makes it: what it reads to know which migrations a database has. */
const APPLIED = `CREATE TABLE d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);`;

export async function migrate(home: Home): Promise<void> {
  await unlessDone(join(home.state, "migrated"), digestOf([MIGRATIONS]), () =>
    existsSync(join(home.state, "v3", "d1")) ? applyMissing(home) : create(home),
  );
}

/** `migrations apply` starts a database for each migration, which takes ten seconds for all; one file is one transaction. */
async function create(home: Home): Promise<void> {
  const files = globSync(MIGRATIONS, { cwd: ROOT }).sort();
  const folder = mkdtempSync(join(tmpdir(), "orthoplex-migrations-"));
  const all = join(folder, "all.sql");
  try {
    const sql = files.map((file) => readFileSync(join(ROOT, file), "utf8"));
    const names = files.map((file) => `('${basename(file)}')`).join(", ");
    writeFileSync(all, [...sql, APPLIED, `INSERT INTO d1_migrations (name) VALUES ${names};`].join("\n"));
    await wrangler(home, "execute", "DB", "--yes", "--file", all);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const applyMissing = (home: Home) => wrangler(home, "migrations", "apply", "DB");

const wrangler = (home: Home, ...args: string[]) =>
  runTool(
    "Migrating the local database",
    WRANGLER,
    ["d1", ...args, "--local", "--persist-to", home.state],
    WRANGLER_ENV,
  );
