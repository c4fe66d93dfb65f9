// npm run x -- fuzz: Schemathesis generates requests from the OpenAPI document of a real Worker and validates every response against its schema.
// Writes the summary into docs/compatibility.md.
//   npm run x -- fuzz --max-examples 100 --seed 1
//   npm run x -- fuzz --headers 20000 --seed 1

import { parseArgs } from "node:util";
import { fuzzHeaders } from "./fuzz/adapter-headers.ts";
import { fuzz } from "./fuzz/schemathesis.ts";
import { startFuzzedServer } from "./fuzz/server.ts";
import { writeSummary } from "./fuzz/summary.ts";

const { values } = parseArgs({
  options: {
    "max-examples": { type: "string", default: "50" },
    seed: { type: "string", default: "1" },
    /** Only operations whose path matches this expression; then no summary is written. */
    only: { type: "string" },
    /** Instead of requests: this many hostile adapter files, checked by both readers and by the reference. */
    headers: { type: "string" },
  },
});
const maxExamples = Number(values["max-examples"]);
const seed = Number(values.seed);
if (!Number.isInteger(maxExamples) || maxExamples < 1 || !Number.isInteger(seed)) {
  console.error("✗ --max-examples is a whole number of at least 1, --seed a whole number.");
  process.exit(1);
}
if (values.headers !== undefined) process.exit((await fuzzHeaders(Number(values.headers), seed)) ? 0 : 1);

const server = await startFuzzedServer(console.log);
try {
  const result = await fuzz(server, { maxExamples, seed, coverage: true, only: values.only });
  if (result.passed && values.only === undefined) writeSummary(result);
  process.exitCode = result.passed ? 0 : 1;
} finally {
  await server.end();
}
