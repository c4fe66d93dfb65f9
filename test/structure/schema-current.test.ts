// The same as test/schema/current.test.ts by Node's SQLite, in a second: whoever adds a migration sees at once what to write. That one
// compares with D1 itself.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { currentSchema } from "../../schema/current.ts";
import { migratedEntries } from "../../schema/migrated.ts";

const FOLDER = new URL("../../schema/current/", import.meta.url);

test("schema/current/ is what the migrations make: `npm run x -- schema` writes it", () => {
  const written = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), "utf8")]);
  assert.deepEqual(Object.fromEntries(written), Object.fromEntries(currentSchema(migratedEntries())));
});
