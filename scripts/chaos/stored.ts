// Reads what a local Worker has stored after it has exited: D1's rows and the keys of R2's objects.

import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Home } from "../local/paths.ts";
import { IS_PREVIEW, strayObjects, type Violation, violationsOf } from "./rules.ts";

export type Ends = Record<string, number>;

function databaseWith(home: Home, pattern: string, table: string): DatabaseSync {
  for (const file of globSync(pattern, { cwd: home.state })) {
    const database = new DatabaseSync(join(home.state, file), { readOnly: true });
    const found = database.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").get(table);
    if (found) return database;
    database.close();
  }
  throw new Error(`No file ${pattern} under ${home.state} has a table ${table}`);
}

/** How jobs and runs ended, and every violated rule. `named` are the jobs whose ids the API returned. */
export async function readStored(
  home: Home,
  named: readonly string[],
): Promise<{ jobs: Ends; runs: Ends; violations: Violation[] }> {
  const d1 = databaseWith(home, "v3/d1/**/*.sqlite", "jobs");
  const r2 = databaseWith(home, "v3/r2/**/*.sqlite", "_mf_objects");
  const all = (sql: string) => d1.prepare(sql).all() as Record<string, unknown>[];
  const texts = (rows: Record<string, unknown>[]) => rows.map(({ key }) => String(key));
  const counts = (sql: string) => Object.fromEntries(all(sql).map(({ key, n }) => [key, n])) as Ends;
  const violations = await violationsOf(async (sql) => all(sql));
  violations.push(
    ...strayObjects(
      texts(r2.prepare("SELECT key FROM _mf_objects").all() as Record<string, unknown>[]),
      texts(all("SELECT 'blobs/' || sha256 AS key FROM blobs")),
    ),
  );
  const known = new Set(named);
  // The service orders previews and certificates itself.
  for (const key of texts(all(`SELECT id AS key FROM jobs j WHERE kind = 'sample' AND NOT ${IS_PREVIEW}`))) {
    if (!known.has(key)) {
      violations.push({ rule: "an order is one job", subject: key, found: "a job that no answer named" });
    }
  }
  const stored = {
    jobs: counts("SELECT status AS key, count(*) AS n FROM jobs GROUP BY status ORDER BY status"),
    runs: counts(
      "SELECT coalesce(outcome, 'open') AS key, count(*) AS n FROM runs GROUP BY outcome ORDER BY outcome",
    ),
    violations,
  };
  d1.close();
  r2.close();
  return stored;
}
