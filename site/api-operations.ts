// API calls of the operations page. Like api.ts, every call returns a Reply.

import { type At, call, type Schema } from "./api.ts";

export type Operations = Schema<"Operations">;
export type RunnerStatus = Schema<"RunnerStanding">;
export type FailedJob = Schema<"FailedJob">;

export const operations = {
  overview: () => call("get", "/v1/operations"),
  runners: (query: At) => call("get", "/v1/operations/runners", { params: { query } }),
  drain: (runner: string) =>
    call("post", "/v1/operations/runners/{runner}/drain", { params: { path: { runner } } }),
  resume: (runner: string) =>
    call("post", "/v1/operations/runners/{runner}/resume", { params: { path: { runner } } }),
  failures: (query: At) => call("get", "/v1/operations/failures", { params: { query } }),
  replay: (job: string) => call("post", "/v1/operations/jobs/{job}/replay", { params: { path: { job } } }),
};
