// The sources of rows of `npm run bench`, each a command that prints one JSON line a row: {id, what, against, goal, band, ratio, spread, ...}.

import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { ROOT, VENV_PYTHON } from "../local/paths.ts";

/** One measured pair. `ratio` is of medians a round, so `goal` (">= 10" or "<= 1.5") says which way is better. */
export interface Row {
  id: string;
  what: string;
  against: string;
  goal: string;
  /** What `--check` allows in the small setting: wide, for a change of kind and not of degree. */
  band: [low: number, high: number];
  ratio: number;
  spread: [low: number, high: number];
  rounds: number;
  /** Medians of both. */
  seconds: [above: number, below: number];
  note: string;
  /** What would close the gap where the goal is missed. */
  closes: string;
}

interface Source {
  name: string;
  command: (settings: { quick: boolean; only: string; threads: number }) => [string, ...string[]];
  folder: string;
}

export const SOURCES: Source[] = [
  {
    name: "python",
    command: ({ quick, only, threads }) => [
      VENV_PYTHON,
      ...["-m", "bench", "--threads", String(threads), "--only", only],
      ...(quick ? ["--quick"] : []),
    ],
    folder: join(ROOT, "gpu-runner"),
  },
  {
    name: "worker",
    command: ({ quick, only }) => [
      process.execPath,
      ...["scripts/bench/worker-rows.ts", "--only", only],
      ...(quick ? ["--quick"] : []),
    ],
    folder: ROOT,
  },
  {
    name: "preview",
    command: ({ quick, only }) => [
      process.execPath,
      ...["scripts/bench/preview-rows.ts", "--only", only],
      ...(quick ? ["--quick"] : []),
    ],
    folder: ROOT,
  },
];

/** Rows as they are measured. Throws where the source ends with a fault. */
export async function* measured(
  source: Source,
  settings: { quick: boolean; only: string; threads: number },
): AsyncGenerator<Row> {
  const [program, ...args] = source.command(settings);
  const child = spawn(program, args, {
    cwd: source.folder,
    stdio: ["ignore", "pipe", "inherit"],
    // A neighbour on one core makes threads that spin wait for each other.
    env: { ...process.env, OMP_WAIT_POLICY: "passive" },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const row = JSON.parse(line) as Row | { id: string; missing: string };
    if ("missing" in row)
      console.error(
        `· ${row.id} is not measured: ${row.missing} is not installed (npm run check installs it)`,
      );
    else yield row;
  }
  const status = await ended;
  if (status !== 0) throw new Error(`${source.name} rows ended with exit code ${status}.`);
}

/** Whether a ratio meets a goal such as ">= 10". */
export function meets({ goal, ratio }: Pick<Row, "goal" | "ratio">): boolean {
  const [sign = "", limit = ""] = goal.split(" ");
  const bound = Number(limit);
  if (!["<=", ">=", ">"].includes(sign) || !Number.isFinite(bound)) throw new Error(`No goal: ${goal}`);
  return sign === "<=" ? ratio <= bound : sign === ">=" ? ratio >= bound : ratio > bound;
}

/** Whether a ratio lies in the band that `--check` allows. */
export function isInBand({ band: [low, high], ratio }: Pick<Row, "band" | "ratio">): boolean {
  return ratio >= low && ratio <= high;
}
