// The jobs page's query in its address; and the request that repeats a job. Pure.

import type { Generation, GenerationCreate, Job, JobStatus } from "../../api.ts";

export const KINDS = [
  ["pictures", "Pictures"],
  ["trainings", "Trainings"],
  ["ledger", "Credits"],
] as const;
export type Kind = (typeof KINDS)[number][0];

export const STATES = [
  ["all", "All states"],
  ["queued", "Queued"],
  ["running", "Running"],
  ["succeeded", "Succeeded"],
  ["failed", "Failed"],
  ["canceled", "Canceled"],
] as const;
export type State = (typeof STATES)[number][0];

export interface Query {
  kind: Kind;
  state: State;
}

export function queryOf(search: string): Query {
  const values = new URLSearchParams(search);
  const kind = KINDS.find(([each]) => each === values.get("kind"))?.[0] ?? "pictures";
  const state = STATES.find(([each]) => each === values.get("state"))?.[0] ?? "all";
  return { kind, state: kind === "ledger" ? "all" : state };
}

export function searchOf({ kind, state }: Query): string {
  const values = new URLSearchParams();
  if (kind !== "pictures") values.set("kind", kind);
  if (state !== "all") values.set("state", state);
  const text = values.toString();
  return text === "" ? "" : `?${text}`;
}

export const isOpen = ({ status }: { status: JobStatus }) => status === "queued" || status === "running";

/** How long it ran, in seconds; null while it has not ended or where it never began. */
export function ranFor({ started_at, finished_at }: Pick<Job, "started_at" | "finished_at">): number | null {
  return started_at && finished_at ? (Date.parse(finished_at) - Date.parse(started_at)) / 1000 : null;
}

/** The same order again: what was resolved stays resolved, so that the picture would be the same. */
export function orderAgain({ request, base, priority }: Generation): GenerationCreate {
  const { prompt, negative_prompt, seed, steps, guidance, size, count } = request;
  return {
    ...{ prompt, negative_prompt, seed, steps, guidance, size, count, base, priority },
    adapters: request.adapters.map(({ version_id, strength, region, trigger }) => ({
      ...{ version_id, strength, as: trigger },
      ...(region && { region }),
    })),
  };
}
