// A finished or running generation in OpenAI's format: the response, the event stream, and the error where there is no picture.

import type { OpenAiImageCreate, OpenAiImages } from "../../schema/contract/compat-openai.ts";
import type { Generation } from "../../schema/contract/jobs.ts";
import type { ImageRow, JobRow } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { followJob } from "../dispatch/follow.ts";
import type { Env } from "../env.ts";
import { toBase64 } from "../lib/base64.ts";
import { problemOf, refusalOf } from "../lib/problem.ts";
import { Refusal } from "../lib/refusal.ts";
import { eventBody } from "../lib/server-sent.ts";
import { blobKey } from "../storage/blobs.ts";
import { imagesOfJobs } from "../storage/images.ts";
import { outputUrl } from "../storage/output-urls.ts";

type Failure = ReturnType<typeof problemOf>;
type Place = { env: Env; db: Db; origin: string; now: number };

const NO_TOKENS = {
  input_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
};
const LOOK = { background: "opaque", output_format: "png", quality: "auto" } as const;
/** The size of the picture that is sent. */
const sizeShown = ({ size, enlarged_to }: Generation["request"]): string => enlarged_to ?? size;
const seconds = (milliseconds: number | null) => Math.floor((milliseconds ?? 0) / 1000);

export async function imagesJson(
  { env, db, origin, now }: Place,
  job: JobRow,
  input: Pick<OpenAiImageCreate, "response_format" | "prompt">,
): Promise<OpenAiImages> {
  const request = job.request as Generation["request"];
  const data = [];
  for (const image of await imagesOfJobs(db, [job.id])) {
    data.push({
      ...(input.response_format === "url"
        ? { url: await outputUrl(env, origin, image, now) }
        : { b64_json: await base64Of(env, image) }),
      ...(request.prompt !== input.prompt && { revised_prompt: request.prompt }),
      seed: image.seed,
    });
  }
  const size = sizeShown(request);
  const { id: job_id, warnings } = job;
  return { created: seconds(job.finishedAt), data, ...LOOK, size, usage: NO_TOKENS, job_id, warnings };
}

async function base64Of(env: Env, image: ImageRow): Promise<string> {
  const object = await env.BLOBS.get(blobKey(image.sha256));
  if (!object) throw new Error(`Picture ${image.id} has no bytes`);
  return toBase64(new Uint8Array(await object.arrayBuffer()));
}

/** Why an ended job has no picture, or null if it has. The runner retried already: clients should not retry. */
export function failureOf(job: JobRow, instance: string): Failure | null {
  if (job.status === "succeeded") return null;
  if (job.status === "canceled")
    return problemOf(new Refusal("job_finished", "The job was canceled."), instance);
  const { code, message } = job.error ?? { code: "runner_error", message: "The job failed." };
  const isTheirs = code === "prompt_invalid" || code === "input_invalid";
  const fault = code === "prompt_invalid" ? [{ pointer: "/prompt", detail: message }] : [];
  const problem = problemOf(new Refusal(isTheirs ? "request_invalid" : "internal", message, fault), instance);
  return { ...problem, error: { ...problem.error, code } };
}

/**
 * Partial images are the runner's own frames, spread over the run as evenly as frames arrive. A client that disconnects does
 * not cancel the job.
 */
export function imageStream(
  place: Place,
  job: JobRow,
  partialImages: number,
  instance: string,
): ReadableStream<Uint8Array> {
  return eventBody(events(place, job, partialImages, instance), () =>
    errorText(problemOf(refusalOf(null), instance)),
  );
}

const errorText = (problem: Failure) =>
  `event: error\ndata: ${JSON.stringify({ ...problem, type: "error" })}\n\n`;

async function* events(
  { env, db }: Place,
  job: JobRow,
  partialImages: number,
  instance: string,
): AsyncGenerator<string> {
  const size = sizeShown(job.request as Generation["request"]);
  let shown = 0;
  yield ": drawing\n\n";
  for await (const step of followJob(env, db, job.id)) {
    if (step.kind === "alive") yield ": alive\n\n";
    else if (step.kind === "progress") {
      const { preview, step: at, total } = step.progress;
      if (!preview || shown >= partialImages || at / Math.max(1, total) < shown / partialImages) continue;
      const type = "image_generation.partial_image";
      const b64_json = preview.slice(preview.indexOf(",") + 1);
      yield eventText({
        type,
        b64_json,
        partial_image_index: shown,
        created_at: seconds(Date.now()),
        size,
        ...LOOK,
      });
      shown += 1;
    } else {
      const failure = failureOf(step.job, instance);
      if (failure) {
        yield errorText(failure);
        return;
      }
      const created_at = seconds(step.job.finishedAt);
      for (const image of await imagesOfJobs(db, [job.id])) {
        const type = "image_generation.completed";
        const b64_json = await base64Of(env, image);
        yield eventText({ type, b64_json, created_at, size, ...LOOK, usage: NO_TOKENS, seed: image.seed });
      }
    }
  }
}

const eventText = (event: { type: string } & Record<string, unknown>) =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
