// A prediction as Replicate streams it: log lines while it runs, an output for each picture, and the end.

import type { JobRow } from "../../schema/tables.ts";
import { followJob } from "../dispatch/follow.ts";
import type { Env } from "../env.ts";
import { eventBody } from "../lib/server-sent.ts";
import { imagesOfJobs } from "../storage/images.ts";
import { outputUrl } from "../storage/output-urls.ts";
import { progressLine, type Root } from "./replicate-json.ts";

/** Its clients drop an event without an id; one line of data each keeps them simple. */
export function predictionStream(env: Env, place: Root, id: JobRow["id"]): ReadableStream<Uint8Array> {
  return eventBody(
    events(env, place, id),
    () => `event: error\nid: 0\ndata: The stream broke off; get the prediction.\n\n`,
  );
}

async function* events(env: Env, place: Root, id: JobRow["id"]): AsyncGenerator<string> {
  const { db, origin } = place;
  const began = Date.now();
  let count = 0;
  const event = (name: string, data: string) => {
    count += 1;
    return `event: ${name}\nid: ${began}:${count}\ndata: ${data.replaceAll("\n", " ")}\n\n`;
  };
  yield ": drawing\n\n";
  for await (const step of followJob(env, db, id)) {
    if (step.kind === "alive") yield ": alive\n\n";
    else if (step.kind === "progress") {
      const { step: at, total } = step.progress;
      yield event("logs", progressLine(at, total, (Date.now() - began) / 1000));
    } else if (step.job.status === "succeeded") {
      // A late client, or one of a quick job, has received no line yet.
      yield event("logs", progressLine(step.job.request.steps, step.job.request.steps, elapsedOf(step.job)));
      for (const image of await imagesOfJobs(db, [id])) {
        yield event("output", await outputUrl(env, origin, image, Date.now()));
      }
      yield event("done", "{}");
    } else if (step.job.status === "failed") {
      yield event("error", step.job.error?.message ?? "The job failed.");
      yield event("done", JSON.stringify({ reason: "error" }));
    } else yield event("done", JSON.stringify({ reason: "canceled" }));
  }
}

const elapsedOf = (job: JobRow) => ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / 1000;
