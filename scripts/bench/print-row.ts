// A measured row on standard output, as scripts/bench/rows.ts reads it.

import process from "node:process";
import type { Row } from "./rows.ts";
import { medians, quartiles, ratiosOf } from "./timing.ts";

/** What is known of a row before it is measured. */
export type Plan = Pick<Row, "id" | "what" | "against" | "goal" | "band" | "note" | "closes">;

/** `above` and `below`: seconds of both sides, one a round. */
export function printRow(
  plan: Plan,
  above: readonly number[],
  below: readonly number[],
  note = plan.note,
): void {
  const [low, middle, high] = quartiles(ratiosOf(above, below));
  const seconds = medians(above, below);
  const row: Row = { ...plan, ratio: middle, spread: [low, high], rounds: above.length, seconds, note };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** A row that needs a package which is not there. */
export const printMissing = (id: string, missing: string): void => {
  process.stdout.write(`${JSON.stringify({ id, missing })}\n`);
};
