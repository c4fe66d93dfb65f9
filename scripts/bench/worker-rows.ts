// Rows of `npm run bench` that are measured on the Worker that `wrangler dev` runs: a program of its own that prints a line of JSON a row.
// Requests are compared with an empty Hono route of the same Worker, downloads with the same bytes of R2.
//   node scripts/bench/worker-rows.ts [--quick] [--only WORD]

import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { Orthoplex } from "../../schema/client/index.ts";
import { randomOf } from "../chaos/random.ts";
import { DEMO, ensureAccount } from "../local/accounts.ts";
import { migrate } from "../local/migrate.ts";
import { type Home, homeAt } from "../local/paths.ts";
import { anyFreePort } from "../local/ports.ts";
import { workerEnvFile } from "../local/secrets.ts";
import { copySeeded, keepSeeded } from "../local/seeded.ts";
import { buildSite } from "../local/site.ts";
import { startWorker, untilAnswering } from "../local/worker.ts";
import { queriesOf } from "./catalog-queries.ts";
import { fillCatalog, type Made } from "./catalog-rows.ts";
import { type Plan, printRow } from "./print-row.ts";
import { interleaved } from "./timing.ts";

const ENTRY = "test/functions/bench/reference-worker.ts";
const SEED = 42;
const AT_ONCE = 8;
const GRACE_MS = 5_000;
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, only: { type: "string", default: "" } },
});
const { quick, only } = values;

/** Each line of the access log costs a third of an empty request under `wrangler dev`, whose inspector takes its stack; the empty route has none. */
const SETTINGS = { OPERATOR_EMAILS: "bench@example.com", LOG_REQUESTS: "false" };

const plan = (row: Omit<Plan, "against" | "note">): Plan => ({
  ...row,
  against: "an empty Hono route",
  note: "",
});
const D1_CLOSES =
  "Its one round trip to the local D1 of `wrangler dev` is most of what is left: a transaction, a bookmark and JSON on both sides, in the same thread.";
/** Of the query of that name (catalog-queries.ts), of a list at an address that is new each time, or an adapter's page. */
const CATALOG: readonly { plan: Plan; query: string }[] = [
  {
    plan: plan({
      ...{ id: "worker-list", what: "requests a second of a list of the catalog" },
      ...{ goal: ">= 0.4", band: [0.02, 1.5], closes: D1_CLOSES },
    }),
    query: "list by newest",
  },
  {
    plan: plan({
      ...{ id: "worker-list-first", what: "the same list where nobody was sent it before" },
      ...{ goal: ">= 0.4", band: [0.02, 1.5] },
      closes: `${D1_CLOSES} Its rows are 24 adapters with their versions, read and made JSON.`,
    }),
    query: "first",
  },
  {
    plan: plan({
      ...{ id: "worker-page", what: "requests a second of an adapter's page" },
      ...{ goal: ">= 0.4", band: [0.02, 1.5], closes: D1_CLOSES },
    }),
    query: "page",
  },
  {
    plan: plan({
      ...{ id: "worker-search", what: "requests a second of a search for a word" },
      ...{ goal: ">= 0.2", band: [0.01, 1.5] },
      closes: "Most is SQLite's own: the index of words, and the order of what it finds.",
    }),
    query: "search for a word",
  },
];
const DOWNLOAD: Plan = {
  ...{ id: "worker-download", what: "download of an adapter's file, with its rights and its count" },
  ...{ against: "the same bytes of R2 as they are", goal: "<= 1.43", band: [0.5, 30], note: "" },
  closes:
    "A file is 250 kB, so that what is fixed decides: whose it is, whether the caller may, and the count.",
};

const isWanted = ({ id }: Plan) => id.includes(only);
const rounds = quick ? 3 : 9;

if (CATALOG.some(({ plan }) => isWanted(plan))) await catalog();
if (isWanted(DOWNLOAD)) await download();

async function catalog(): Promise<void> {
  const count = quick ? 1_000 : 100_000;
  await withHome(async (home) => {
    await migrate(home);
    const made = fill(home, count);
    await withWorker(home, async (url) => {
      const queries = queriesOf(made, randomOf(SEED + 1));
      const random = randomOf(SEED + 2);
      let asked = 0;
      const paths: Record<string, () => string> = {
        ...Object.fromEntries(queries.map(({ name, path }) => [name, path])),
        page: () => `/v1/adapters/${made.slotted[Math.floor(random() * made.slotted.length)]}`,
        // An empty filter is none: the same list at another address, under which no answer is kept.
        first: () =>
          `/v1/adapters?sort=newest&class=${",".repeat(asked % 64)}&tag=${",".repeat(asked++ / 64)}`,
      };
      for (const { plan, query } of CATALOG) {
        if (!isWanted(plan)) continue;
        const path = paths[query];
        if (!path) throw new Error(`There is no query "${query}"`);
        const seconds = await interleaved(
          {
            empty: () => burst(() => `${url}/reference/empty`),
            ours: () => burst(() => `${url}${path()}`),
          },
          rounds,
        );
        printRow(
          plan,
          seconds.empty,
          seconds.ours,
          `${count.toLocaleString("en")} adapters, ${AT_ONCE} at once, no access log`,
        );
      }
    });
  });
}

function fill(home: Home, count: number): Made {
  const [file] = globSync(join(home.state, "v3/d1/miniflare-D1DatabaseObject/*.sqlite")).filter(
    (name) => !name.endsWith("metadata.sqlite"),
  );
  if (!file) throw new Error("The migrated database was not found");
  const db = new DatabaseSync(file);
  const made = fillCatalog(db, count, SEED);
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
  return made;
}

/** As many requests as make a round long enough to time, AT_ONCE at a time. */
async function burst(address: () => string): Promise<void> {
  let left = quick ? 40 : 160;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await bytesOf(address());
    }),
  );
}

async function bytesOf(address: string, init: RequestInit = {}): Promise<ArrayBuffer> {
  const response = await fetch(address, init);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
  return response.arrayBuffer();
}

async function download(): Promise<void> {
  await keepSeeded(stop.signal);
  await withHome(async (home) => {
    copySeeded(home);
    await migrate(home);
    await withWorker(home, async (url) => {
      const account = await ensureAccount(home, url, DEMO);
      const api = new Orthoplex({ url, key: account.api_key });
      const { items } = await api.get("/v1/adapters", {
        params: { query: { owner: "orthoplex", limit: 1 } },
      });
      const file = `${url}/v1/versions/${items[0]?.latest_version?.id}/download`;
      const headers = { authorization: `Bearer ${account.api_key}` };
      const body = await bytesOf(file, { headers });
      await bytesOf(`${url}/reference/bytes`, { method: "PUT", body });
      const many = async (load: () => Promise<ArrayBuffer>) => {
        for (let i = 0; i < (quick ? 5 : 20); i++) {
          if ((await load()).byteLength !== body.byteLength) throw new Error("A download was cut off.");
        }
      };
      const seconds = await interleaved(
        {
          ours: () => many(() => bytesOf(file, { headers })),
          stored: () => many(() => bytesOf(`${url}/reference/bytes`)),
        },
        rounds,
      );
      printRow(DOWNLOAD, seconds.ours, seconds.stored, `${Math.round(body.byteLength / 1024)} KiB`);
    });
  });
}

async function withHome(act: (home: Home) => Promise<void>): Promise<void> {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-bench-")));
  try {
    await buildSite();
    await act(home);
  } finally {
    rmSync(home.path, { recursive: true, force: true });
  }
}

async function withWorker(home: Home, act: (url: string) => Promise<void>): Promise<void> {
  const envFile = workerEnvFile(home, SETTINGS);
  const { url, child } = await startWorker(home, { port: await anyFreePort(), envFile, entry: ENTRY });
  try {
    await untilAnswering(url, child, stop.signal);
    await act(url);
  } finally {
    await child.end(GRACE_MS);
  }
}
