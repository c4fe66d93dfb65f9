// npm run bench -- start: how long the product takes to start once everything is installed. Cold: an empty state, so that the site is built, the
// database migrated and the catalog seeded. Warm: the same state again. Ready is when the Worker answers and the runner has registered.
//   npm run bench -- start --rounds 3

import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { homeAt, ROOT } from "../local/paths.ts";
import { anyFreePort } from "../local/ports.ts";
import { type ServerOptions, startServer } from "../local/server.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error("--rounds must be a whole number of at least 1.");
  process.exit(1);
}
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());

const times: Record<"cold" | "warm", number[]> = { cold: [], warm: [] };
for (let round = 0; round < rounds; round++) {
  const home = homeAt(mkdtempSync(join(tmpdir(), "orthoplex-start-")));
  // Without its first page the site counts as not built.
  rmSync(join(ROOT, "dist", "index.html"), { force: true });
  try {
    for (const kind of ["cold", "warm"] as const) {
      const seconds = await startAndStop({ home, port: await anyFreePort() });
      times[kind].push(seconds);
      console.log(`${kind}: ${seconds.toFixed(1)} s`);
    }
  } finally {
    rmSync(home.path, { recursive: true, force: true });
  }
}
const load = loadavg()[0]?.toFixed(1);
for (const [kind, list] of Object.entries(times)) {
  const sorted = list.toSorted((a, b) => a - b);
  const [least, middle, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) =>
    sorted[at]?.toFixed(1),
  );
  console.log(
    `${kind} start, ${rounds} rounds: median ${middle} s, from ${least} to ${most} (load average ${load})`,
  );
}

async function startAndStop(where: Pick<ServerOptions, "home" | "port">): Promise<number> {
  const begun = performance.now();
  const server = await startServer({ ...where, runners: 1, signal: stop.signal, say: () => {} });
  const seconds = (performance.now() - begun) / 1000;
  await server.end();
  return seconds;
}
