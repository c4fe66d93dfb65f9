// npm run x -- client: writes schema/openapi.json from the Worker's own document, by the test that compares them, and from it the types of
// schema/client and the table of routes in docs/api.md.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import openapi, { astToString } from "openapi-typescript";
import { ROOT } from "./local/paths.ts";

const DOCUMENT = join(ROOT, "schema", "openapi.json");
const TYPES = join(ROOT, "schema", "client", "openapi.ts");
const GUIDE = join(ROOT, "docs", "api.md");
const HEAD = "// Generated from schema/openapi.json by `npm run x -- client`. Not edited by hand.\n\n";

/** The text of schema/client/openapi.ts. */
export async function generateTypes(): Promise<string> {
  // A property with a default may be left out of a request.
  const nodes = await openapi(pathToFileURL(DOCUMENT), { alphabetize: true, defaultNonNullable: false });
  return HEAD + astToString(nodes);
}

type Document = { paths: Record<string, Record<string, { summary?: string }>> };

/** docs/api.md with a row for each operation of the document. */
export function withRoutes(page: string): string {
  const { paths } = JSON.parse(readFileSync(DOCUMENT, "utf8")) as Document;
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { summary }]) => `| ${method.toUpperCase()} | \`${path}\` | ${summary} |`,
    ),
  );
  const head = "| | path | does |\n|---|---|---|\n";
  const begin = page.indexOf(head) + head.length;
  return `${page.slice(0, begin)}${rows.join("\n")}${page.slice(page.indexOf("\n\n", begin))}`;
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
  writeFileSync(GUIDE, withRoutes(readFileSync(GUIDE, "utf8")));
  console.log("Written: schema/openapi.json, schema/client/openapi.ts, docs/api.md");
}
