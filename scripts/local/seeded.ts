// The state of a local server that has just been seeded, kept for tests: creating five accounts and the catalog takes most of a start, and
// every suite that starts a server needs the same. Stored under the digest of all its inputs; never used by `npm start`.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { privately } from "./child.ts";
import { type Home, homeAt, LOCAL } from "./paths.ts";
import { anyFreePort } from "./ports.ts";
import type { Publisher } from "./seed.ts";
import { startServer } from "./server.ts";
import { digestOf } from "./stamp.ts";

const SHELF = join(LOCAL, "seeded");
const SOURCES = [
  ...["functions/**", "schema/**", "scripts/local/**", "gpu-runner/seeds/**"],
  ...["wrangler.toml", "package-lock.json"],
];

/** Makes the state unless it is there. Several processes may do so at once: one of them wins. */
export async function keepSeeded(signal: AbortSignal): Promise<void> {
  const digest = digestOf(SOURCES);
  if (existsSync(join(SHELF, digest))) return;
  mkdirSync(SHELF, { recursive: true, mode: 0o700 });
  const home = homeAt(mkdtempSync(join(SHELF, "making-")));
  try {
    const server = await startServer({
      ...{ home, port: await anyFreePort(), runners: 0, signal, say: () => {} },
    });
    for (const publisher of server.publishers) await cancelCertificates(publisher);
    await server.end();
    put(home, digest);
  } finally {
    rmSync(home.path, { recursive: true, force: true });
  }
}

/** Publication ordered a certificate of each seed. No test is about them, and they would be leased before what a test orders. */
async function cancelCertificates({ api, handle }: Publisher): Promise<void> {
  const { items } = await api.get("/v1/adapters", { params: { query: { owner: handle, limit: 100 } } });
  for (const { latest_version } of items) {
    const job = latest_version?.preview_job_id;
    if (job) await api.post("/v1/generations/{job}/cancel", { params: { path: { job } } });
  }
}

/** Moves the database, the blobs and the secrets of an ended server to the shelf, and takes those of other sources away. */
export function put(home: Home, digest: string, shelf = SHELF): void {
  if (existsSync(join(shelf, digest))) return;
  for (const name of readdirSync(shelf)) {
    if (!name.startsWith("making-")) rmSync(join(shelf, name), { recursive: true, force: true });
  }
  for (const path of [home.logs, home.children]) rmSync(path, { recursive: true, force: true });
  renameSync(home.path, join(shelf, digest));
}

/** Copies the stored state into a new home; false if there is none for these sources. */
export function copySeeded(home: Home, digest = digestOf(SOURCES), shelf = SHELF): boolean {
  const kept = homeAt(join(shelf, digest));
  if (!existsSync(kept.path)) return false;
  for (const part of ["state", "secrets"] as const) {
    // Folders get the mode that the process gives to new ones, whatever that of the original.
    privately(() => cpSync(kept[part], home[part], { recursive: true, preserveTimestamps: true }));
  }
  return true;
}
