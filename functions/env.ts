// The Worker's bindings as wrangler.toml declares them; what each holds is described there. Durable Objects and Queues are typed by what
// callers send them, so that this file imports nothing of functions/.

import type { Id } from "../schema/contract/ids.ts";
import type { DoneEvent, ProgressEvent, StatusEvent } from "../schema/contract/jobs.ts";

export type LiveEvent =
  | { name: "status"; data: StatusEvent }
  | { name: "progress"; data: ProgressEvent }
  | { name: "done"; data: DoneEvent };

/** What dispatch/live.ts answers by RPC; its streams are read with `fetch`. */
export interface JobLiveRpc extends Rpc.DurableObjectBranded {
  publish(event: LiveEvent, framesKept?: number): Promise<void>;
  whenDone(milliseconds: number): Promise<void>;
}

/** A job that may be leased now, or as soon as its pause has ended. */
export type Ready = { job: string; base: string; ownerId: string; inMilliseconds?: number };

/** What a waiting runner may lease: jobs of these bases, of one owner or (null) of everybody. */
export type Serving = { runnerId: string; bases: readonly string[]; ownerId: string | null };

/** `seen` is the version that the caller read; `answered` the ring that woke it before, for which it found no job. */
export type Sleep = { seen: string; serving: Serving; milliseconds: number; answered: number | null };

/** What dispatch/bell.ts answers by RPC. */
export interface BellRpc extends Rpc.DurableObjectBranded {
  version(): string;
  ring(jobs: readonly Ready[]): void;
  wakeRunner(runnerId: string): void;
  took(jobs: readonly string[]): void;
  sleep(sleep: Sleep): Promise<number | null>;
}

export type DeliveryMessage = { deliveryId: Id<"dlv"> };
export type ScanMessage = { versionId: Id<"ver"> };

export interface Env {
  ASSETS: Fetcher;
  /** Where this server is, as an origin. Left out it serves its own machine only. */
  PUBLIC_ORIGIN?: string;
  DB: D1Database;
  BLOBS: R2Bucket;
  /** Smaller pictures for pages. Without it they are served as they are stored. */
  IMAGES?: ImagesBinding;
  JOB_LIVE: DurableObjectNamespace<JobLiveRpc>;
  BELL: DurableObjectNamespace<BellRpc>;
  WRITE_LIMIT: RateLimit;
  GUESS_LIMIT: RateLimit;
  BETTER_AUTH_SECRET: string;
  UPLOAD_SIGNING_SECRET: string;
  WEBHOOKS: Queue<DeliveryMessage>;
  WEBHOOK_ALLOW_LOOPBACK?: string;
  OPERATORS_UNVERIFIED?: string;
  METRICS_TOKEN?: string;
  LOG_REQUESTS?: string;
  SCANS: Queue<ScanMessage>;
  MAIL?: SendEmail;
  MAIL_FROM?: string;
  GITHUB_CLIENT_ID?: string;
  GITHUB_CLIENT_SECRET?: string;
  MODERATOR_EMAILS?: string;
  OPERATOR_EMAILS?: string;
}
