// npm run bench -- catalog: measures search latency over HTTP in a catalog of 100,000 adapters, on the Worker of this machine.
// Writes docs/catalog-bench.md. It asserts nothing about time; test/functions/catalog/search-plans.test.ts asserts the query plans.
//   npm run bench -- catalog --rows 100000 --samples 60

import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { randomOf } from "../chaos/random.ts";
import { homeAt, ROOT } from "../local/paths.ts";
import { workerEnvFile } from "../local/secrets.ts";
import { buildSite } from "../local/site.ts";
import { freePort, migrate, startWorker, untilAnswering } from "../local/worker.ts";
import { type Query, queriesOf } from "./catalog-queries.ts";
import { fillCatalog } from "./catalog-rows.ts";

const SEED = 42;
const WARM_UP = 3;
const GRACE_MS = 5_000;

const { values } = parseArgs({
  options: { rows: { type: "string", default: "100000" }, samples: { type: "string", default: "60" } },
});
const [count, samples] = [Number(values.rows), Number(values.samples)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(samples) || samples < 1) {
  console.error("--rows and --samples must be whole numbers above 0.");
  process.exit(1);
}

const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-bench-")));
const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
try {
  await buildSite();
  await migrate(home);
  const [file] = globSync(join(home.state, "v3/d1/miniflare-D1DatabaseObject/*.sqlite")).filter(
    (name) => !name.endsWith("metadata.sqlite"),
  );
  if (!file) throw new Error("The migrated database was not found");
  const db = new DatabaseSync(file);
  console.log(`Making ${count} adapters ...`);
  const begun = performance.now();
  const made = fillCatalog(db, count, SEED);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const fillSeconds = (performance.now() - begun) / 1_000;
  const { bytes } = db
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get() as {
    bytes: number;
  };
  db.close();
  const envFile = workerEnvFile(home, { OPERATOR_EMAILS: "bench@example.com" });
  const { url, child } = await startWorker(home, { port: await freePort(0), envFile });
  try {
    await untilAnswering(url, child, stop.signal);
    const lines: string[] = [];
    for (const question of queriesOf(made, randomOf(SEED + 1))) {
      const line = await measure(url, question);
      console.log(line);
      lines.push(line);
    }
    writeFileSync(join(ROOT, "docs", "catalog-bench.md"), page(lines, fillSeconds, bytes));
  } finally {
    await child.end(GRACE_MS);
  }
} finally {
  rmSync(home.path, { recursive: true, force: true });
}

async function measure(url: string, question: Query): Promise<string> {
  const times: number[] = [];
  for (let i = -WARM_UP; i < samples && !stop.signal.aborted; i++) {
    let path = question.path();
    let known: string | null = null;
    if (question.second) {
      const { next_cursor } = (await ask(`${url}${path}`)).body as { next_cursor: string };
      path += `&cursor=${next_cursor}`;
    }
    if (question.known) known = (await ask(`${url}${path}`)).etag;
    const begun = performance.now();
    await ask(`${url}${path}`, known);
    if (i >= 0) times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0);
  return `| ${question.name} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |`;
}

async function ask(address: string, known: string | null = null) {
  const response = await fetch(address, { headers: known ? { "if-none-match": known } : {} });
  const text = await response.text();
  if (response.status !== (known ? 304 : 200)) throw new Error(`${address}: ${response.status} ${text}`);
  return { etag: response.headers.get("etag"), body: (text ? JSON.parse(text) : null) as unknown };
}

function page(lines: readonly string[], fillSeconds: number, bytes: number): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  const [cpu] = cpus();
  return `# Search latency
${count.toLocaleString("en")} synthetic adapters in D1, queried over HTTP in the Worker that \`wrangler dev\` runs on one machine; milliseconds from request to
parsed answer, ${samples} samples a line with random words, tags, owners and members for each. Written by \`npm run bench -- catalog\`.

- Machine: ${cpus().length} × ${cpu?.model ?? "unknown"}; commit ${git("rev-parse", "--short", "HEAD")}
- Load average of the machine while measuring: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(
      ", ",
    )} (1, 5 and 15 minutes before the end); the first rows below are the cost of a request without a query
- Command: \`npm run bench -- catalog --rows ${count} --samples ${samples}\`
- The rows took ${fillSeconds.toFixed(0)} s to write, triggers included; the database has ${(bytes / 2 ** 20).toFixed(0)} MiB
- No time is asserted anywhere. [search-plans.test.ts](../test/functions/catalog/search-plans.test.ts) asserts that no query reads a whole table

| query | p50 ms | p95 ms | max ms |
|---|---|---|---|
${lines.join("\n")}
`;
}
