// Writes the page of npm run bench -- catalog: the times of each query, and how much of a D1 database the rows take.

import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { ROOT } from "../local/paths.ts";

/** How a catalog was made: its adapters, the seconds that writing took, and the bytes of the database. */
export type Filling = { count: number; seconds: number; bytes: number };
/** Sorted milliseconds of one query, a list for each catalog. */
export type Line = { name: string; times: number[][] };

/** D1's largest database (developers.cloudflare.com/d1/platform/limits). */
const D1_MAX_BYTES = 10e9;

export const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export function catalogPage(fillings: readonly Filling[], lines: readonly Line[], samples: number): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  const whole = (value: number) => value.toLocaleString("en");
  const columns = fillings.flatMap(({ count }) => [
    `p50, ${whole(count)}`,
    `p95, ${whole(count)}`,
    `max, ${whole(count)}`,
  ]);
  const isPair = fillings.length === 2;
  const row = ({ name, times }: Line) => {
    const cells = times.flatMap((sorted) => [0.5, 0.95, 1].map((share) => at(sorted, share).toFixed(0)));
    return `| ${[name, ...cells, ...(isPair ? growths(times).map((growth) => growth.toFixed(2)) : [])].join(" | ")} |`;
  };
  const head = ["query", ...columns, ...(isPair ? ["p50 grows", "p95 grows"] : [])];
  const bytes = fillings.map(({ count, seconds, bytes }) => {
    const held = whole(Math.floor(D1_MAX_BYTES / (bytes / count) / 1_000) * 1_000);
    return `- ${whole(count)} adapters, each with a version, took ${seconds.toFixed(0)} s to write and ${(bytes / 2 ** 20).toFixed(0)} MiB: ${(bytes / count).toFixed(0)} bytes each, index included. D1's 10 GB hold ${held} of them`;
  });
  return `# Search latency
Synthetic adapters in D1, queried over HTTP in the Worker that \`wrangler dev\` runs on one machine; milliseconds from request to
parsed answer, ${samples} samples a line with random words, tags, owners and members for each${isPair ? ", of both catalogs in turn" : ""}. No answer is one that was
kept (but for the 304). Written by \`npm run bench -- catalog\`.

- Machine: ${cpus().length} × ${cpus()[0]?.model ?? "unknown"}; commit ${git("rev-parse", "--short", "HEAD")}
- Load average of the machine while measuring: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(
      ", ",
    )} (1, 5 and 15 minutes before the end); the first rows below are the cost of a request without a query
- Command: \`npm run bench -- catalog --rows ${fillings.map(({ count }) => count).join(",")} --samples ${samples}\`
${bytes.join("\n")}
- The rows of the index are written beside the adapters, not by the triggers, which take several times as long; a test compares both
  ([catalog-index.test.ts](../test/scripts/catalog-index.test.ts))
- No time is asserted anywhere. [search-plans.test.ts](../test/functions/catalog/search-plans.test.ts) asserts that no query reads a whole table
${isPair ? goalLine(lines) : ""}
| ${head.join(" | ")} |
|${"---|".repeat(head.length)}
${lines.map(row).join("\n")}
`;
}

/** How many times longer the second catalog takes at the median and at the 95th percentile. */
const growths = ([small = [], large = []]: number[][]): number[] =>
  [0.5, 0.95].map((share) => at(large, share) / at(small, share));

const GROWTH_MAX = 1.3;

function goalLine(lines: readonly Line[]): string {
  const grown = lines.map(({ name, times }) => ({ name, growth: growths(times)[1] ?? 0 }));
  const over = grown.filter(({ growth }) => growth > GROWTH_MAX).sort((a, b) => b.growth - a.growth);
  const names = over.map(({ name, growth }) => `${name} (${growth.toFixed(1)})`).join(", ");
  return `- Goal: p95 at most ${GROWTH_MAX} times that of the smaller catalog. ${lines.length - over.length} of ${lines.length} queries keep it${over.length > 0 ? `; not: ${names}` : ""}
`;
}
