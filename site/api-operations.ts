// API calls of the operations page. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { call, type Page, query } from "./api.ts";

export type Operations = contract.Operations;
export type RunnerStatus = contract.RunnerStanding;
export type FailedJob = contract.FailedJob;
type ReplayedJob = z.infer<typeof contract.ReplayedJob>;

interface At {
  limit?: number;
  cursor?: string;
}

export const operations = {
  overview: () => call<Operations>("GET", "/v1/operations"),
  runners: (at: At) => call<Page<RunnerStatus>>("GET", `/v1/operations/runners${query({ ...at })}`),
  drain: (id: string) => call<RunnerStatus>("POST", `/v1/operations/runners/${id}/drain`),
  resume: (id: string) => call<RunnerStatus>("POST", `/v1/operations/runners/${id}/resume`),
  failures: (at: At) => call<Page<FailedJob>>("GET", `/v1/operations/failures${query({ ...at })}`),
  replay: (id: string) => call<ReplayedJob>("POST", `/v1/operations/jobs/${id}/replay`),
};
