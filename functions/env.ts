// The Worker's bindings as wrangler.toml declares them. The comments on what each holds are there.

import type { Id } from "../schema/contract/ids.ts";
import type { Bell } from "./dispatch/bell.ts";
import type { JobLive } from "./dispatch/live.ts";
import type { DeliveryMessage } from "./webhooks/queue.ts";

export interface Env {
  ASSETS: Fetcher;
  DB: D1Database;
  BLOBS: R2Bucket;
  JOB_LIVE: DurableObjectNamespace<JobLive>;
  BELL: DurableObjectNamespace<Bell>;
  WRITE_LIMIT: RateLimit;
  GUESS_LIMIT: RateLimit;
  BETTER_AUTH_SECRET: string;
  UPLOAD_SIGNING_SECRET: string;
  WEBHOOKS: Queue<DeliveryMessage>;
  WEBHOOK_ALLOW_LOOPBACK?: string;
  OPERATORS_UNVERIFIED?: string;
  METRICS_TOKEN?: string;
  LOG_REQUESTS?: string;
  SCANS: Queue<{ versionId: Id<"ver"> }>;
  MAIL?: SendEmail;
  MAIL_FROM?: string;
  GITHUB_CLIENT_ID?: string;
  GITHUB_CLIENT_SECRET?: string;
  MODERATOR_EMAILS?: string;
  OPERATOR_EMAILS?: string;
}
