// npm run bench -- catalog: measures search latency over HTTP in catalogs of 100,000 and a million adapters, each on a Worker of this machine,
// query by query in turn. Writes docs/catalog-bench.md. It asserts nothing about time; test/functions/catalog/search-plans.test.ts asserts the
// query plans.
//   npm run bench -- catalog --rows 100000,1000000 --samples 60

import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { randomOf } from "../chaos/random.ts";
import type { Child } from "../local/child.ts";
import { migrate } from "../local/migrate.ts";
import { type Home, homeAt, ROOT } from "../local/paths.ts";
import { anyFreePort } from "../local/ports.ts";
import { workerEnvFile } from "../local/secrets.ts";
import { buildSite } from "../local/site.ts";
import { startWorker, untilAnswering } from "../local/worker.ts";
import { at, catalogPage, type Filling, type Line } from "./catalog-page.ts";
import { type Query, queriesOf } from "./catalog-queries.ts";
import { fillCatalog, type Made } from "./catalog-rows.ts";

const SEED = 42;
const WARM_UP = 3;
const GRACE_MS = 5_000;
let asked = 0;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000,1000000" },
    samples: { type: "string", default: "60" },
  },
});
const [counts, samples] = [values.rows.split(",").map(Number), Number(values.samples)];
if ([...counts, samples].some((number) => !Number.isInteger(number) || number < 1) || counts.length > 2) {
  console.error(
    "--rows (one number or two, separated by a comma) and --samples must be whole numbers above 0.",
  );
  process.exit(1);
}

const homes: Home[] = [];
const children: Child[] = [];
const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
try {
  await buildSite();
  const catalogs: Catalog[] = [];
  for (const count of counts) catalogs.push(await filled(count));
  const servers: Server[] = [];
  for (const { home, made, ...filling } of catalogs) {
    const envFile = workerEnvFile(home, { OPERATOR_EMAILS: "bench@example.com", LOG_REQUESTS: "false" });
    const { url, child } = await startWorker(home, { port: await anyFreePort(), envFile });
    children.push(child);
    await untilAnswering(url, child, stop.signal);
    servers.push({ ...filling, url, queries: queriesOf(made, randomOf(SEED + 1)) });
  }
  const lines: Line[] = [];
  for (const [place, { name }] of servers[0]?.queries.entries() ?? []) {
    const times = await measured(servers, place);
    console.log(name, ...times.map((sorted) => at(sorted, 0.95).toFixed(0)));
    lines.push({ name, times });
  }
  writeFileSync(join(ROOT, "docs", "catalog-bench.md"), catalogPage(servers, lines, samples));
} finally {
  for (const child of children) await child.end(GRACE_MS);
  for (const home of homes) rmSync(home.path, { recursive: true, force: true });
}

type Catalog = Filling & { home: Home; made: Made };
type Server = Filling & { url: string; queries: Query[] };

async function filled(count: number): Promise<Catalog> {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-bench-")));
  homes.push(home);
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
  const seconds = (performance.now() - begun) / 1_000;
  const { bytes } = db
    .prepare("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size")
    .get() as { bytes: number };
  db.close();
  return { home, made, count, seconds, bytes };
}

/** Sorted milliseconds of each server. One sample of each in turn, so that a busy machine slows all of them alike. */
async function measured(servers: readonly Server[], place: number): Promise<number[][]> {
  const times = servers.map((): number[] => []);
  for (let i = -WARM_UP; i < samples && !stop.signal.aborted; i++) {
    for (const [number, { url, queries }] of servers.entries()) {
      const query = queries[place];
      if (!query) throw new Error("The catalogs have other queries");
      const milliseconds = await sample(url, query);
      if (i >= 0) times[number]?.push(milliseconds);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b));
}

async function sample(url: string, { path: pathOf, second, known: isKnown }: Query): Promise<number> {
  let path = pathOf();
  let known: string | null = null;
  if (second) {
    const { next_cursor } = (await ask(`${url}${path}`)).body as { next_cursor: string };
    path += `&cursor=${next_cursor}`;
  }
  if (isKnown) known = (await ask(`${url}${path}`)).etag;
  // An empty filter is none: the same question at another address, under which the Worker has kept no answer.
  else if (path !== "/v1/bases")
    path += `${path.includes("?") ? "&" : "?"}rating=${",".repeat(++asked % 2_000)}`;
  const begun = performance.now();
  await ask(`${url}${path}`, known);
  return performance.now() - begun;
}

async function ask(address: string, known: string | null = null) {
  const response = await fetch(address, { headers: known ? { "if-none-match": known } : {} });
  const text = await response.text();
  if (response.status !== (known ? 304 : 200)) throw new Error(`${address}: ${response.status} ${text}`);
  return { etag: response.headers.get("etag"), body: (text ? JSON.parse(text) : null) as unknown };
}
