// The ledger of credits: charges and refunds of jobs, grouped by day with a sum. Pure.

import type { Generation, Training } from "../../api.ts";
import { trainedName } from "../../ui/trained-name.ts";

type Charged = Pick<Generation | Training, "id" | "created_at" | "finished_at" | "cost" | "status"> & {
  what: string;
};

export interface Line {
  id: string;
  at: string;
  what: string;
  /** Negative for a charge, positive for what came back. */
  credits: number;
  kind: "charge" | "refund";
}
export interface Day {
  /** As UTC counts it, which is how the allowance does. */
  day: string;
  lines: Line[];
  spent: number;
}

export const chargedOf = (job: Generation | Training): Charged => ({
  ...job,
  what: job.kind === "sample" ? job.request.prompt : `Training of ${trainedName(job.request)}`,
});

/** The newest day first. A refund counts on the day of its charge, as the allowance takes it. */
export function ledgerOf(jobs: readonly Charged[]): Day[] {
  const days = new Map<string, Day>();
  for (const { id, what, created_at, finished_at, cost } of jobs.toSorted((a, b) =>
    b.created_at.localeCompare(a.created_at),
  )) {
    if (cost.credits === 0) continue;
    const name = created_at.slice(0, 10);
    const day = days.get(name) ?? { day: name, lines: [], spent: 0 };
    if (cost.refunded > 0) {
      const at = finished_at ?? created_at;
      day.lines.push({ id, at, what, credits: cost.refunded, kind: "refund" });
    }
    day.lines.push({ id, at: created_at, what, credits: -cost.credits, kind: "charge" });
    day.spent += cost.credits - cost.refunded;
    days.set(name, day);
  }
  return [...days.values()];
}
