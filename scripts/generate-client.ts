// npm run x -- client: writes schema/openapi.json from the Worker's own document, by the test that compares them, and the types of
// schema/client from it.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openapi, { astToString } from "openapi-typescript";
import { ROOT } from "./local/paths.ts";

const DOCUMENT = join(ROOT, "schema", "openapi.json");
const TYPES = join(ROOT, "schema", "client", "openapi.ts");
const HEAD = "// Generated from schema/openapi.json by `npm run x -- client`. Not edited by hand.\n\n";

/** The text of schema/client/openapi.ts. */
export async function generateTypes(): Promise<string> {
  // A property with a default may be left out of a request.
  const nodes = await openapi(pathToFileURL(DOCUMENT), { alphabetize: true, defaultNonNullable: false });
  return HEAD + astToString(nodes);
}

if (import.meta.main) {
  const vitest = [
    "node_modules/vitest/vitest.mjs",
    "run",
    "test/functions/routes/openapi-file.test.ts",
    "--update",
  ];
  const { status } = spawnSync(process.execPath, vitest, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(TYPES, await generateTypes());
  console.log("Written: schema/openapi.json, schema/client/openapi.ts");
}
