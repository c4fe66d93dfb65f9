// Follows a job by its event stream until it ends, with a progress line; resumes after the last event when the connection breaks.

import { setTimeout as pause } from "node:timers/promises";
import type { Generation, JobEvent, Orthoplex, Training } from "../../schema/client/index.ts";
import { bar, ProgressLine } from "./terminal.ts";

const RECONNECT_MS = 1_000;
const RECONNECTS_MAX = 30;

/** The ended job; throws with the reason if it did not succeed. */
export async function follow<J extends Generation | Training>(api: Orthoplex, job: J): Promise<J> {
  const progress = new ProgressLine();
  let lastId: string | undefined;
  try {
    for (let broken = 0; broken < RECONNECTS_MAX; broken++) {
      try {
        for await (const event of api.events(job, lastId)) {
          broken = 0;
          lastId = event.id ?? lastId;
          if (event.event === "done") break;
          progress.update(lineOf(event));
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // fetch throws a TypeError for a lost connection
      }
      const latest = await api.job(job);
      if (latest.status === "succeeded") return latest;
      if (latest.status === "failed" || latest.status === "canceled") {
        throw new Error(`${latest.id} ${latest.status}${latest.error ? `: ${latest.error.message}` : ""}`);
      }
      await pause(RECONNECT_MS);
    }
    throw new Error(`Lost sight of ${job.id}; \`orthoplex job ${job.id} --wait\` looks again.`);
  } finally {
    progress.end();
  }
}

function lineOf({ event, data }: JobEvent): string {
  if (event === "progress") return `${bar(Number(data.step), Number(data.total))}  ${data.message}`;
  if (event !== "status") return "";
  return data.queue_position === null
    ? `${data.status}`
    : `${data.status}, ${data.queue_position} in the queue`;
}
