// The figures of a simulation, as they leave it for the page that scripts/bench/dispatch.ts writes.

export type Scale = { jobs: number; runners: number; seed: number };
export type OwnerSize = "one with half of all" | "some with hundreds" | "many with a few";

/** Simulated seconds. `ratio` is of the mean wait to the mean ideal one. */
export type OwnerFigures = {
  size: OwnerSize;
  jobs: number;
  p50: number;
  p95: number;
  ideal50: number;
  ideal95: number;
  ratio: number;
};

/** Statements and rows are means of a call, times wall milliseconds of one. */
export type ActFigures = {
  act: string;
  calls: number;
  statements: number;
  rowsRead: number;
  readsMost: number;
  rowsWritten: number;
  p50: number;
  p95: number;
};

/** What is counted while a simulation runs. */
export type Counted = {
  lateRefused: number;
  quotaRefused: number;
  emptyLeases: number;
  deepest: number;
  virtualSeconds: number;
  wallSeconds: number;
};

export type Report = Counted & {
  jobs: number;
  owners: OwnerFigures[];
  acts: ActFigures[];
  batchSize: number;
  batchFill: number;
  batchFillWaiting: number;
  statementsPerJob: number;
  rowsReadPerJob: number;
  rowsWrittenPerJob: number;
  leaseCallsPerSecond: number;
  leasedJobsPerSecond: number;
};

export type Depth = {
  depth: number;
  leasesPerSecond: number;
  acts: { act: string; p50: number; p95: number; reads: number }[];
};
