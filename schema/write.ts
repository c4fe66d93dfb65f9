// Writes the JSON Schema of every named contract schema, plus limits and codes, to schema/contract/contract.json.
// Run: npm run x -- schema. A test fails when the file is stale.

import { writeFileSync } from "node:fs";
import { contractJson } from "./contract-json.ts";

const target = new URL("./contract/contract.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(contractJson(), null, 2)}\n`);
