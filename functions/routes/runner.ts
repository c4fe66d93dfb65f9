// /runner/v1: what a runner calls. Every route needs a key with the scope `runner`; a lease must belong to a runner of that key's account.

import { createRoute } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import type { Context } from "hono";
import { z } from "zod";
import { BaseDescription } from "../../schema/contract/bases.ts";
import { idOf, Sha256 } from "../../schema/contract/ids.ts";
import { BASE_PUBLISH_SECONDS, HEARTBEAT_SECONDS, LEASE_TTL_SECONDS } from "../../schema/contract/limits.ts";
import {
  BasePublished,
  BaseToPublish,
  Heartbeat,
  HeartbeatReply,
  LeaseReply,
  LeaseRequest,
  LeaseUpload,
  LeaseUploadReply,
  Release,
  ReleaseReply,
  RunnerDeregister,
  RunnerRegister,
  RunnerRegistered,
  Settle,
  SettleReply,
} from "../../schema/contract/runner.ts";
import { blobs } from "../../schema/tables.ts";
import { publishBase } from "../catalog/publish-base.ts";
import type { App } from "../context.ts";
import { announceOutput } from "../dispatch/announce-output.ts";
import { heartbeat } from "../dispatch/heartbeat.ts";
import { leaseWaiting } from "../dispatch/lease.ts";
import { findRun, runOfLease } from "../dispatch/run.ts";
import { deregister, findRunner, register } from "../dispatch/runners.ts";
import { release, settle } from "../dispatch/settle.ts";
import { isoTime } from "../lib/clock.ts";
import { logLine } from "../lib/log.ts";
import { deny, granted, Refusal, Refused, refuse } from "../lib/refusal.ts";
import { isSigned } from "../lib/signing.ts";
import { callerWith, isOperator } from "../rights/rights.ts";
import { blobResponse } from "../storage/blobs.ts";
import { uploadUrl } from "../storage/uploads.ts";
import { idParam, jsonBody, jsonReply, noQuery, refusalOfIssues, router } from "./app.ts";

const tags = ["runner"];
const params = idParam("lease", idOf("lse"));
/** What every call of a runner has in common; the body is the call's own. */
const call = <P extends string, R extends z.ZodType>(path: P, summary: string, reply: R) => ({
  method: "post" as const,
  path,
  summary,
  tags,
  middleware: noQuery,
  responses: { 200: jsonReply("Done", reply) },
});
const post = <P extends string, B extends z.ZodType, R extends z.ZodType>(
  path: P,
  summary: string,
  body: B,
  reply: R,
) => createRoute({ ...call(path, summary, reply), request: { body: jsonBody(body) } });
const postOnLease = <P extends string, B extends z.ZodType, R extends z.ZodType>(
  path: P,
  summary: string,
  body: B,
  reply: R,
) => createRoute({ ...call(path, summary, reply), request: { params, body: jsonBody(body) } });

const publish = createRoute({
  method: "post",
  path: "/runner/v1/bases",
  summary: "Publish a base",
  description: "For operators' runners. A description never changes; the same one again is accepted.",
  tags,
  middleware: noQuery,
  request: { body: jsonBody(BaseToPublish) },
  responses: { 200: jsonReply("Published", BasePublished) },
});

const LEASE = "/runner/v1/leases/{lease}";
const enter = post("/runner/v1/register", "Register a runner", RunnerRegister, RunnerRegistered);
const leave = post("/runner/v1/deregister", "Deregister a runner", RunnerDeregister, z.object({}));
const take = post("/runner/v1/lease", "Lease a batch of jobs (long poll)", LeaseRequest, LeaseReply);
const heartbeatRoute = postOnLease(
  `${LEASE}/heartbeat`,
  "Extend a lease and report progress",
  Heartbeat,
  HeartbeatReply,
);
const upload = postOnLease(`${LEASE}/uploads`, "Announce an output", LeaseUpload, LeaseUploadReply);
const end = postOnLease(`${LEASE}/settle`, "End the run", Settle, SettleReply);
const giveBack = postOnLease(`${LEASE}/release`, "Release the job", Release, ReleaseReply);

async function runOf(c: Context<App>, lease: z.infer<ReturnType<typeof idOf<"lse">>>) {
  const caller = granted(callerWith(c.var.caller, "runner"));
  const run = granted(await findRun(c.var.db, caller, lease));
  c.set("about", { job_id: run.jobId, run_id: run.id, lease_id: run.leaseId, runner_id: run.runnerId });
  return run;
}

export const runner = router()
  .openapi(publish, async (c) => {
    const caller = granted(callerWith(c.var.caller, "runner"));
    if (!isOperator(caller, c.env))
      deny(new Refusal("not_granted", "Only operators' runners publish bases."));
    const parsed = BaseDescription.safeParse(c.req.valid("json"));
    if (!parsed.success) throw new Refused(refusalOfIssues("json", parsed.error.issues));
    const base = parsed.data;
    const publishedAt = granted(await publishBase(c.var.db, caller, base, c.var.now));
    c.set("about", { base: base.id });
    const countsAt = publishedAt + BASE_PUBLISH_SECONDS * 1_000;
    return c.json({ id: base.id, counts_at: isoTime(countsAt) }, 200);
  })
  .openapi(enter, async (c) => {
    const caller = granted(callerWith(c.var.caller, "runner"));
    const runnerId = granted(await register(c.var.db, caller, c.req.valid("json"), c.var.now));
    const timing = { lease_ttl_seconds: LEASE_TTL_SECONDS, heartbeat_seconds: HEARTBEAT_SECONDS };
    return c.json({ runner_id: runnerId, ...timing }, 200);
  })
  .openapi(leave, async (c) => {
    const caller = granted(callerWith(c.var.caller, "runner"));
    const found = granted(await findRunner(c.var.db, caller, c.req.valid("json").runner_id, c.var.now));
    await deregister(c.var.db, found, c.var.now);
    return c.json({}, 200);
  })
  .openapi(take, async (c) => {
    const { db, origin } = c.var;
    const caller = granted(callerWith(c.var.caller, "runner"));
    const input = c.req.valid("json");
    const { runner_id } = input;
    const { leases, drain } = granted(await leaseWaiting({ env: c.env, db, caller, origin }, input));
    c.set("about", { runner_id, leases: leases.length });
    for (const { job_id, run_id, lease_id, attempt } of c.env.LOG_REQUESTS === "false" ? [] : leases) {
      const ids = { request_id: c.var.requestId, job_id, run_id, lease_id, runner_id };
      logLine("info", "leased", { ...ids, attempt });
    }
    return c.json({ leases, drain }, 200);
  })
  .openapi(heartbeatRoute, async (c) => {
    const caller = granted(callerWith(c.var.caller, "runner"));
    const { lease } = c.req.valid("param");
    c.set("about", { lease_id: lease });
    const { db, now } = c.var;
    const kept = granted(await heartbeat({ env: c.env, db, caller, now }, lease, c.req.valid("json")));
    const { jobId, runnerId, expiresAt, cancel, drain } = kept;
    c.set("about", { job_id: jobId, run_id: runOfLease(lease), lease_id: lease, runner_id: runnerId });
    return c.json({ expires_at: isoTime(expiresAt), cancel, drain }, 200);
  })
  .openapi(upload, async (c) => {
    const caller = granted(callerWith(c.var.caller, "runner"));
    const run = await runOf(c, c.req.valid("param").lease);
    const row = granted(
      await announceOutput({ db: c.var.db, caller, now: c.var.now }, run, c.req.valid("json")),
    );
    const url = await uploadUrl(c.env, c.var.origin, row);
    return c.json({ upload_url: url, expires_at: isoTime(row.expiresAt) }, 200);
  })
  .openapi(end, async (c) => {
    const run = await runOf(c, c.req.valid("param").lease);
    const report = c.req.valid("json");
    const status = granted(await settle({ env: c.env, db: c.var.db, now: c.var.now }, run, report));
    c.set("about", {
      ...c.var.about,
      outcome: report.outcome,
      job_status: status,
      error: report.error?.code,
    });
    return c.json({ status }, 200);
  })
  .openapi(giveBack, async (c) => {
    const run = await runOf(c, c.req.valid("param").lease);
    const status = granted(
      await release({ env: c.env, db: c.var.db, now: c.var.now }, run, c.req.valid("json").reason),
    );
    return c.json({ status }, 200);
  });

/** A lease's inputs, by signed URL: mounted before callers are identified, since the signature is the authorisation. */
export const signedBlobs = router().get("/runner/v1/blobs/:sha256", async (c) => {
  const sha256 = Sha256.safeParse(c.req.param("sha256"));
  const signed = await isSigned(c.env.UPLOAD_SIGNING_SECRET, "GET", new URL(c.req.url), c.var.now);
  if (!sha256.success || !signed) {
    deny(refuse("upload_url_invalid", "This address has expired or was changed."));
  }
  const blob = await c.var.db.select().from(blobs).where(eq(blobs.sha256, sha256.data)).get();
  if (!blob) deny(refuse("not_found", "There is no such blob."));
  // The lease states its content type, with its use.
  const facts = { ...blob, contentType: "application/octet-stream" as const };
  return granted(await blobResponse(c.env, facts, c.req.raw, { "cache-control": "private, no-store" }));
});
