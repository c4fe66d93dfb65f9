// The goals, and the main table: every method alone and merged, beside the paper's own row where there is one.

import { escapeHtml } from "../escape.ts";
import { duration, NONE, number, percent } from "./numbers.ts";
import { paperRow } from "./paper.ts";
import { type Measures, oursOf, type Results, type Spread } from "./results.ts";
import { factsHtml, foldedHtml, kindOf, type Row, tableHtml } from "./table.ts";

type Method = Results["main"][number];
const COLUMNS = ["text", "image", "identity", "named", "distance"] as const;
type Column = (typeof COLUMNS)[number];
const digitsOf = (column: Column) => (column === "distance" ? 1 : 3);

/** The goals as published, with the measured values beside them, not rated. */
export function goalsHtml({ main, curve }: Results): string {
  const ours = oursOf(main.map((entry) => [entry.method, entry] as const));
  const byPaper = (name: string): Method => {
    const found = main.find(({ paper }) => paper === name);
    if (!found) throw new Error(`No method of the results stands beside the paper's ${name}`);
    return found;
  };
  const identity = (measures: Measures) => number(measures.identity.mean);
  const arrow = (entry: Method) => `${identity(entry.single)} → ${identity(entry.best)}`;
  const points = oursOf(curve);
  const most = points.filter(({ count }) => count <= 16).at(-1);
  const first = points.find(({ count }) => count === 1)?.identity.mean;
  const kept = most?.identity.mean && first ? most.identity.mean / first : null;
  const [plain, tokens] = [byPaper("DB-LoRA (FedAvg)"), byPaper("MoS (FedAvg)")];
  const rows: [string, string][] = [
    ["Merged identity within 1 point of single", arrow(ours)],
    [`At least 95 % of single's identity at 16 merged (here ${most?.count ?? NONE})`, percent(kept)],
    [`${plain.method} collapses`, `${arrow(plain)} (with tokens ${identity(tokens.best)})`],
    ["Merge in under 50 ms", duration(ours.merge_seconds)],
  ];
  return factsHtml(rows.map(([goal, measured]) => [goal, `<b>${escapeHtml(measured)}</b>`]));
}

/** Identity from single (ring) to merged (dot), on a line from 0 to 1, with one standard error. */
function identityMove(single: number | null, merged: number | null, error: number | null): string {
  if (single === null || merged === null) return NONE;
  const x = (value: number) => (5 + 78 * Math.min(1, Math.max(0, value))).toFixed(1);
  const bar =
    error === null ? "" : `<path class="move-error" d="M${x(merged - error)} 8H${x(merged + error)}"/>`;
  return `<svg class="move" viewBox="0 0 88 16" width="88" height="16" aria-hidden="true"><path class="move-axis" d="M5 8H83"/>${bar}<path class="move-line" d="M${x(single)} 8H${x(merged)}"/><circle class="move-from" cx="${x(single)}" cy="8" r="3.5"/><circle class="move-to" cx="${x(merged)}" cy="8" r="4"/></svg>`;
}

function spreadBelow({ error }: Spread, digits: number): string {
  return error === null ? "" : `<small>± ${number(error, digits)}</small>`;
}

function pairCell(single: Measures, merged: Measures, column: Column): string {
  const digits = digitsOf(column);
  return `${number(single[column].mean, digits)} → <b>${number(merged[column].mean, digits)}</b>${spreadBelow(merged[column], digits)}`;
}

function methodRow(entry: Method, strength: string, merged: Measures): Row {
  const { single } = entry;
  return {
    name: entry.method,
    ...kindOf(entry.method),
    cells: [
      identityMove(single.identity.mean, merged.identity.mean, merged.identity.error),
      ...COLUMNS.map((column) => pairCell(single, merged, column)),
      escapeHtml(strength),
      escapeHtml(duration(entry.merge_seconds)),
    ],
  };
}

function paperCells(name: string): Row {
  const row = paperRow(name);
  const pairs = COLUMNS.map((column) =>
    column === "named" || column === "distance"
      ? NONE
      : row[column].map((value) => number(value)).join(" → "),
  );
  return {
    name: `the paper: ${name}`,
    kind: "minor",
    cells: [identityMove(...row.identity, null), ...pairs, NONE, escapeHtml(row.merge)],
  };
}

const HEAD = ["Method", "identity, 0 to 1", ...COLUMNS, "strength", "merge"];

export function mainHtml({ main, truth, settings, tuning }: Results): string {
  const ceiling: Row = {
    name: "the true renders",
    kind: "truth",
    cells: [
      identityMove(truth.identity.mean, truth.identity.mean, null),
      ...COLUMNS.map((column) => {
        const digits = digitsOf(column);
        return `${number(truth[column].mean, digits)}${spreadBelow(truth[column], digits)}`;
      }),
      NONE,
      NONE,
    ],
  };
  const rows = main.flatMap((entry) => [
    methodRow(entry, entry.best_strength, entry.best),
    ...(entry.paper === null ? [] : [paperCells(entry.paper)]),
  ]);
  const every = main.flatMap((entry) =>
    entry.merged.map(([strength, merged]) => methodRow(entry, strength, merged)),
  );
  const { concepts, seeds, steps, batch, group } = settings;
  const label = `Methods, single and with ${group} merged`;
  return `<p>${concepts} characters, ${seeds.length} ${seeds.length === 1 ? "seed" : "seeds"}, ${steps} steps of ${batch} pictures; groups of ${group} are merged. Each method has its own tuned learning rate and the strength that suits it best, by distance. The first number is the concept alone at strength 1, the second the concept in the merge; ± is one standard error over characters and seeds. The time of a fusion holds the gathering of activations.</p>
${tableHtml(label, HEAD, [ceiling, ...rows])}
<p class="quiet">Rows of the paper are its table 2: people on Stable Diffusion, identity by ArcFace. Other pictures and other metrics, so only directions compare. “Named” and “distance” are not in it.</p>
${foldedHtml("Every method at every strength", tableHtml(`${label}, at every strength`, HEAD, every))}
${foldedHtml("How learning rates were chosen", ratesHtml(tuning, settings))}`;
}

function ratesHtml(tuning: Results["tuning"], settings: Results["settings"]): string {
  if (tuning.length === 0) return "<p>Rates were not tuned in this run.</p>";
  const factors = settings.rate_factors.map((factor) => `× ${factor}`);
  const rows = tuning.map(([name, { start, chosen, distances }]) => ({
    name,
    cells: [
      start.join(", "),
      `<b>× ${chosen}</b>`,
      ...Object.values(distances).map((value) => number(value, 1)),
    ],
  }));
  const head = ["Trained", "at × 1: residuals, tokens", "chosen", ...factors];
  return `<p>Distance to the truth, alone, by multiple of the starting rate. ${settings.tuning_concepts === 1 ? "The character is" : "The characters are"} in no other table.</p>${tableHtml("Learning rates", head, rows)}`;
}
