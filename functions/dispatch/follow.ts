// Follows a job to its end: live events while it runs, the row when it has ended. A listener that leaves does not affect the job.

import { eq } from "drizzle-orm";
import { FINISHED_STATUSES, type ProgressEvent } from "../../schema/contract/jobs.ts";
import type { JobRow } from "../../schema/tables.ts";
import { jobs } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { serverSent } from "../lib/server-sent.ts";
import { liveOf } from "./live.ts";

const WAIT_SLICE_MS = 30_000;

type Followed =
  | { kind: "progress"; progress: ProgressEvent }
  /** The time is over without an event. */
  | { kind: "alive" }
  | { kind: "ended"; job: JobRow };

export const hasEnded = (job: JobRow) => FINISHED_STATUSES.some((status) => status === job.status);

export async function readJob(db: Db, id: JobRow["id"]): Promise<JobRow> {
  const job = await db.select().from(jobs).where(eq(jobs.id, id)).get();
  if (!job) throw new Error(`Job ${id} is gone`);
  return job;
}

/** The live object loses its memory when it is moved: the row is read whenever the stream pauses or breaks off. */
export async function* followJob(env: Env, db: Db, id: JobRow["id"]): AsyncGenerator<Followed> {
  for (;;) {
    let job = await readJob(db, id);
    if (hasEnded(job)) return yield { kind: "ended", job };
    const snapshot = { status: job.status, queue_position: null };
    const live = await liveOf(env, id).fetch("https://job-live/events", {
      method: "POST",
      body: JSON.stringify(snapshot),
    });
    if (!live.body) throw new Error("An event stream without a body");
    for await (const event of serverSent(live.body)) {
      if (event === "comment") {
        job = await readJob(db, id);
        if (hasEnded(job)) break;
        yield { kind: "alive" };
      } else if (event.event === "progress") {
        yield { kind: "progress", progress: JSON.parse(event.data) as ProgressEvent };
      } else if (event.event === "done") break;
    }
  }
}

/** The job once it has ended or `seconds` are over. */
export async function waitForJob(env: Env, db: Db, id: JobRow["id"], seconds: number): Promise<JobRow> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const job = await readJob(db, id);
    const left = deadline - Date.now();
    if (hasEnded(job) || left <= 0) return job;
    await liveOf(env, id).whenDone(Math.min(left, WAIT_SLICE_MS));
  }
}
