// Writes what follows from other files, for reading and for other languages: schema/contract/contract.json (the JSON Schema of every named
// contract schema, limits and codes) and schema/current/*.sql. Run: npm run x -- schema. Tests fail when they are stale.

import { mkdirSync, writeFileSync } from "node:fs";
import { contractJson } from "./contract-json.ts";
import { currentSchema } from "./current.ts";
import { migratedEntries } from "./migrated.ts";

const target = new URL("./contract/contract.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(contractJson(), null, 2)}\n`);

mkdirSync(new URL("./current/", import.meta.url), { recursive: true });
for (const [name, text] of currentSchema(migratedEntries())) {
  writeFileSync(new URL(`./current/${name}`, import.meta.url), text);
}
