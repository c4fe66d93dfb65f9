// npm run bench: every row of ratios; the full setting writes docs/benchmarks.md and the numbers behind it, the small one prints.
//   npm run bench -- [--quick] [--only WORD] [--check] [--threads N]
// --check ends with 1 where a ratio left its band: a property of this command, never of a test.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { ROOT } from "../local/paths.ts";
import { benchmarksPage, type Stored } from "./page.ts";
import { isInBand, measured, meets, type Row, SOURCES } from "./rows.ts";

const NUMBERS = join(ROOT, "docs", "results", "benchmarks.json");
const PAGE = join(ROOT, "docs", "benchmarks.md");

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
  },
});
const settings = { quick: values.quick, only: values.only, threads: Number(values.threads) };

const rows: Row[] = [];
for (const source of SOURCES) {
  for await (const row of measured(source, settings)) {
    rows.push(row);
    // At once: a source that fails later loses nothing that was measured.
    if (!settings.quick) store([row]);
    const [low, high] = row.spread.map((each) => each.toPrecision(3));
    console.log(
      `${meets(row) ? "✓" : "·"} ${row.ratio.toPrecision(3)} (${low} to ${high}), goal ${row.goal}: ${row.what} / ${row.against}${row.note && ` [${row.note}]`}`,
    );
  }
}
if (!settings.quick) console.log(`${rows.length} rows written to docs/benchmarks.md`);

const outside = rows.filter((row) => !isInBand(row));
for (const { id, ratio, band } of values.check ? outside : [])
  console.error(`✗ ${id}: ${ratio.toPrecision(3)} is outside ${band.join(" to ")}`);
process.exitCode = (values.check && outside.length > 0) || rows.length === 0 ? 1 : 0;

/** Replaces the rows that were measured again; each keeps the commit and the load at which it was. */
function store(found: Row[]) {
  const kept: Stored[] = existsSync(NUMBERS) ? JSON.parse(readFileSync(NUMBERS, "utf8")) : [];
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: ROOT,
    encoding: "utf8",
  }).trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = loadavg()[0] ?? 0;
  const now = new Map(
    found.map((row) => [row.id, { ...row, commit, machine, load, threads: settings.threads }]),
  );
  const all = [...kept.map((row) => now.get(row.id) ?? row)];
  all.push(...[...now.values()].filter((row) => !kept.some(({ id }) => id === row.id)));
  writeFileSync(NUMBERS, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(PAGE, benchmarksPage(all));
}
