// npm run bench -- idle: processor time of the runner and of the Worker while nothing is ordered, as shares of one core, and what memory they
// hold. Processor time, not wall time, so that other work on the machine hardly matters.
//   npm run bench -- idle --seconds 60

import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { keepSeeded } from "../local/seeded.ts";
import { startTemporaryServer } from "../local/temporary.ts";

/** After the start: seeds' certificates are drawn, pictures delivered. */
const SETTLE_SECONDS = 45;
/** Of /proc/PID/stat, proc_pid_stat(5): USER_HZ is 100 on Linux. */
const TICKS_A_SECOND = 100;
/** Which part a process belongs to, by its command line. */
const PARTS: [part: string, command: RegExp][] = [
  ["runner", /orthoplex run/],
  ["Worker", /workerd/],
  ["wrangler", /wrangler|esbuild/],
];

type Used = { seconds: number; bytes: number };

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const seconds = Number(values.seconds);
if (!(seconds >= 1)) {
  console.error("--seconds must be a number of at least 1.");
  process.exit(1);
}
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stop.abort());

await keepSeeded(stop.signal);
const server = await startTemporaryServer({ runners: 1, signal: stop.signal, say: () => {} });
try {
  await pause(SETTLE_SECONDS);
  const before = usedByPart();
  await pause(seconds);
  for (const [part, { seconds: used, bytes }] of usedByPart()) {
    const share = (used - (before.get(part)?.seconds ?? 0)) / seconds;
    console.log(
      `${part}: ${(100 * share).toFixed(2)} % of a core, ${Math.round(bytes / 2 ** 20)} MiB resident`,
    );
  }
} finally {
  await server.end();
}

function pause(seconds: number): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    stop.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}

/** Of all descendants of this process. */
function usedByPart(): Map<string, Used> {
  const parts = new Map<string, Used>();
  for (const pid of descendants()) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const part = PARTS.find(([, pattern]) => pattern.test(command))?.[0] ?? "others";
      // Fields 14 and 15, counted from behind the name, which may hold spaces and brackets.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      const ticks = Number(fields[11]) + Number(fields[12]);
      const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
      const { seconds: sum, bytes } = parts.get(part) ?? { seconds: 0, bytes: 0 };
      parts.set(part, { seconds: sum + ticks / TICKS_A_SECOND, bytes: bytes + kib * 1024 });
    } catch (error) {
      // It ended between being listed and being read.
      if (
        (error as NodeJS.ErrnoException).code !== "ENOENT" &&
        (error as NodeJS.ErrnoException).code !== "ESRCH"
      )
        throw error;
    }
  }
  return parts;
}

function descendants(): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const next = [process.pid];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    const own = children.get(pid) ?? [];
    found.push(...own);
    next.push(...own);
  }
  return found;
}

function parentOf(pid: string): number | null {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  } catch {
    return null;
  }
}
