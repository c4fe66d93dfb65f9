// What generations and trainings share: waiting for the end, and the live event stream.

import type { Context } from "hono";
import { FINISHED_STATUSES } from "../../schema/contract/jobs.ts";
import { WAIT_MAX_SECONDS } from "../../schema/contract/limits.ts";
import { type Caller, callerWith } from "../auth/caller.ts";
import type { App } from "../context.ts";
import type { JobRow } from "../dispatch/enqueue.ts";
import { findJob, type JobKind, queuePositions } from "../dispatch/jobs.ts";
import { eventText, liveOf } from "../dispatch/live.ts";
import { granted } from "../lib/refusal.ts";

export const isFinished = (row: JobRow) => FINISHED_STATUSES.some((status) => status === row.status);

/** Seconds in `Prefer: wait=N` (RFC 7240); a bare `wait` means as long as we allow. */
export function waitSeconds(prefer: string | undefined): number {
  const match = /(?:^|[,;\s])wait(?:=(\d{1,6}))?(?=$|[,;\s])/i.exec(prefer ?? "");
  if (!match) return 0;
  return Math.min(match[1] === undefined ? WAIT_MAX_SECONDS : Number(match[1]), WAIT_MAX_SECONDS);
}

/** The job after it ended or after the caller's patience did, whichever came first. The order's own scope is right enough. */
export async function awaitJob(
  c: Context<App>,
  caller: Caller,
  kind: JobKind,
  id: JobRow["id"],
  seconds: number,
): Promise<JobRow> {
  const row = granted(await findJob(c.var.db, caller, kind, id));
  if (seconds === 0 || isFinished(row)) return row;
  await liveOf(c.env, id).whenDone(seconds * 1000);
  return granted(await findJob(c.var.db, caller, kind, id));
}

export async function jobEvents(c: Context<App>, kind: JobKind, id: JobRow["id"]): Promise<Response> {
  const caller = granted(callerWith(c.var.caller, "read"));
  const row = granted(await findJob(c.var.db, caller, kind, id));
  const place = (await queuePositions(c.var.db, [row])).get(id) ?? null;
  const status = { status: row.status, queue_position: place };
  if (isFinished(row)) {
    const text =
      eventText({ name: "status", data: status }) + eventText({ name: "done", data: { status: row.status } });
    return new Response(text, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  }
  return liveOf(c.env, id).fetch("https://job-live/events", { method: "POST", body: JSON.stringify(status) });
}
