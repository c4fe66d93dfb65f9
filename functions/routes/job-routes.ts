// Helpers of job-resource.ts and of the ordering routes: placing an order, waiting for its end, and the live events.

import type { Context } from "hono";
import { z } from "zod";
import type { StatusEvent } from "../../schema/contract/jobs.ts";
import { WAIT_MAX_SECONDS } from "../../schema/contract/limits.ts";
import { queryInt } from "../../schema/contract/lists.ts";
import type { JobRow } from "../../schema/tables.ts";
import type { App } from "../context.ts";
import type { NewJob } from "../dispatch/enqueue.ts";
import { hasEnded } from "../dispatch/follow.ts";
import { findJob, type JobKind } from "../dispatch/jobs.ts";
import { eventText, liveOf } from "../dispatch/live.ts";
import { outlookOf } from "../dispatch/outlook.ts";
import { place } from "../dispatch/place.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { type Caller, callerWith } from "../rights/rights.ts";

/** The job of an order: the one that an earlier attempt with the same Idempotency-Key made, or a new one. */
export async function orderedJob(c: Context<App>, order: () => Promise<NewJob>): Promise<JobRow["id"]> {
  const { claimedJob, db, now } = c.var;
  if (claimedJob?.exists) return claimedJob.id;
  return granted(await place({ env: c.env, db, now }, order, claimedJob?.id));
}

/** Seconds in `Prefer: wait=N` (RFC 7240); a bare `wait` means the maximum. */
export function waitSeconds(prefer: string | undefined): number {
  const match = /(?:^|[,;\s])wait(?:=(\d{1,6}))?(?=$|[,;\s])/i.exec(prefer ?? "");
  if (!match) return 0;
  return Math.min(match[1] === undefined ? WAIT_MAX_SECONDS : Number(match[1]), WAIT_MAX_SECONDS);
}

/** The job once it has ended or the caller's wait is over. The scope that ordered it suffices to read it. */
export async function awaitJob(
  c: Context<App>,
  caller: Caller,
  { kind, id }: { kind: JobKind; id: JobRow["id"] },
  seconds: number,
): Promise<JobRow> {
  const row = granted(await findJob(c.var.db, caller, kind, id));
  if (seconds === 0 || hasEnded(row)) return row;
  await liveOf(c.env, id).whenDone(seconds * 1000);
  return granted(await findJob(c.var.db, caller, kind, id));
}

/** The event id to resume after: `?after=`, or the Last-Event-ID that browsers send. Anything but a number is ignored. */
export const eventsQuery = z.strictObject({
  after: queryInt((number) => number)
    .optional()
    .meta({ description: "The id of the last event you have; 0 for all" }),
});

export async function jobEvents(c: Context<App>, kind: JobKind, id: JobRow["id"], after: number | undefined) {
  const row = await watchedJob(c, kind, id);
  const remembered = /^\d{1,15}$/.exec(c.req.header("last-event-id") ?? "")?.[0];
  const from = after ?? (remembered === undefined ? undefined : Number(remembered));
  const status = await statusOf(c, row);
  if (hasEnded(row) && from === undefined) {
    const done = { name: "done", data: { status: row.status } } as const;
    const text = eventText({ name: "status", data: status }) + eventText(done);
    return new Response(text, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  }
  return liveOf(c.env, id).fetch(liveAddress(id, from), { method: "POST", body: JSON.stringify(status) });
}

export async function jobSocket(c: Context<App>, kind: JobKind, id: JobRow["id"], after: number | undefined) {
  const row = await watchedJob(c, kind, id);
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    deny(refuse("request_invalid", "Open a WebSocket here: `Upgrade: websocket`.", "upgrade"));
  }
  // Browsers let pages of any origin open a WebSocket and send the session along, so the origin is checked here.
  const sender = c.req.header("origin");
  if (c.var.caller?.signedInBy === "session" && sender !== undefined && sender !== c.var.origin) {
    deny(refuse("not_granted", "A page of another origin may not watch with your session."));
  }
  const headers = { upgrade: "websocket", "x-status": JSON.stringify(await statusOf(c, row)) };
  return liveOf(c.env, id).fetch(liveAddress(id, after), { headers });
}

async function watchedJob(c: Context<App>, kind: JobKind, id: JobRow["id"]): Promise<JobRow> {
  const caller = granted(callerWith(c.var.caller, "read"));
  return granted(await findJob(c.var.db, caller, kind, id));
}

async function statusOf(c: Context<App>, row: JobRow): Promise<StatusEvent> {
  const outlook = row.status === "queued" ? await outlookOf(c.env.DB, row.id, Date.now()) : null;
  return { status: row.status, ...(outlook ?? { queue_position: null }) };
}

const liveAddress = (id: JobRow["id"], after: number | undefined) =>
  `https://job-live/events?job=${id}${after === undefined ? "" : `&after=${after}`}`;
