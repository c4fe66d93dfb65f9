// Writes docs/benchmarks.md from the stored rows. Pure: rows in, text out.

import { meets, type Row } from "./rows.ts";

export type Stored = Row & { commit: string; machine: string; load: number; threads: number };

const short = (value: number) =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);

/** How far a ratio is from its goal, as a factor of at least 1. */
const factor = ({ goal, ratio }: Row) => {
  const bound = Number(goal.split(" ")[1]);
  return Math.max(bound / ratio, ratio / bound);
};

const verdict = (row: Row) => (meets(row) ? "met" : `missed ${short(factor(row))}x`);

export function benchmarksPage(rows: Stored[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.what} | ${row.against} | ${row.goal} | ${short(row.ratio)} (${row.spread.map(short).join(" to ")}) | ${verdict(row)} | ${row.rounds} | ${row.note} | ${row.commit}, load ${row.load.toFixed(0)} |`,
  );
  const missed = rows.filter((row) => !meets(row));
  const gaps = missed.map(
    (row) =>
      `- **${row.what}, against ${row.against}**: ${short(row.ratio)}, goal ${row.goal}. ${row.closes || "Not looked into yet."}`,
  );
  return `# Benchmarks
Each line is one ratio, measured in one run: both sides in turn, every second round backwards. Given are the median of the
rounds' ratios, and in brackets their quartiles. Written by \`npm run bench\`, row by row with \`-- --only WORD\`; the numbers are
in [results/benchmarks.json](results/benchmarks.json). Shapes are the true ones where the row says so, weights are random
always. What is not measured is named at the end.

Machine: ${[...new Set(rows.map((row) => `${row.machine}; torch with ${row.threads} thread${row.threads === 1 ? "" : "s"}`))].join("; ")}

| what | against | goal | ratio | | rounds | how | commit, load |
|---|---|---|---|---|---|---|---|
${lines.join("\n")}

## What was missed, and what would close it
${gaps.join("\n") || "Nothing."}

## Measured by commands of their own
- Search among 100,000 adapters and a million: [catalog-bench.md](catalog-bench.md), \`npm run bench -- catalog\`
- Leases, statements a job, fairness: [dispatch-bench.md](dispatch-bench.md), \`npm run bench -- dispatch\`
- Order to lease and to end: [log.md](log.md#dispatch), \`npm run bench -- latency\`
- From nothing, and from its state, to a running product: [log.md](log.md#start), \`npm run bench -- start\`
- The runner and the Worker while nothing happens: [log.md](log.md#idle), \`npm run bench -- idle\`
- First paint, and the preview on the canvas: [log.md](log.md#the-compose-page-as-a-workspace), \`npm run bench -- browser\`
- A concept on the embedded base, two cores, goal 30 s to the distance that took 60 to 100:
  240 steps take 36 s, [log.md](log.md#which-layers-of-cast-3-take-residuals)

## Not here
No GPU was at hand for any row: [gpu.py](../gpu-runner/bench/gpu.py) measures the same at SDXL's size on one. Mix-of-Show's LBFGS fusion is no package
of PyPI. The merged stream has no row: bases with gates refuse it, for no one file can hold what depends on the prompt, and on others it was not
measured beside a plain stream. The download of an adapter stands for streams.
`;
}
