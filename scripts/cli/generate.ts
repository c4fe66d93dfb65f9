// compose, generate, job, cancel.

import { basename, join } from "node:path";
import type { Generation, Orthoplex, Schema, Training } from "../../schema/client/index.ts";
import {
  type Command,
  keyedApi,
  number,
  only,
  PRIORITY,
  refOf,
  text,
  texts,
  UsageError,
  type Values,
} from "./command.ts";
import { follow } from "./follow.ts";
import { outPictures, type PicturesOut, writeWhole } from "./output.ts";
import { say, show, table } from "./terminal.ts";

/** Parses owner/name[:n][=strength] into a member of a composition. */
export function memberOf(word: string): { ref: string; strength?: number } {
  const { name, ...strength } = weighed(word);
  refOf(name);
  return { ref: name, ...strength };
}

/** The same for a generation, which may also name one of the caller's trainings: the job waits until that has ended. */
export function generationMemberOf(word: string): { ref: string } | { training_id: string } {
  const { name, ...strength } = weighed(word);
  return /^job_[0-9a-z]+$/.test(name) ? { training_id: name, ...strength } : memberOf(word);
}

function weighed(word: string): { name: string; strength?: number } {
  const [name = "", strength, ...rest] = word.split("=");
  if (strength === undefined) return { name };
  const value = Number(strength);
  if (rest.length > 0 || strength.trim() === "" || !Number.isFinite(value)) {
    throw new UsageError(`"${word}": the strength after = must be a number.`);
  }
  return { name, strength: value };
}

const compose: Command = {
  usage: "compose OWNER/NAME[=STRENGTH] … [--publish NAME]",
  about: "saves a composition and prints its crosstalk and warnings; --publish makes it a mix",
  options: {
    title: { type: "string", hint: "its title" },
    prompt: { type: "string", hint: "a prompt to go with it" },
    publish: { type: "string", hint: "publish it as YOU/NAME" },
    visibility: { type: "string", hint: "public (default), unlisted or private" },
  },
  run: async (args, values) => {
    if (args.length === 0) throw new UsageError("Name one adapter or more.");
    const api = keyedApi(values);
    const composition = await api.post("/v1/compositions", {
      body: {
        members: args.map(memberOf),
        ...given({ title: text(values, "title"), prompt: text(values, "prompt") }),
      },
    });
    const name = text(values, "publish");
    const mix =
      name === undefined
        ? null
        : await api.post("/v1/compositions/{composition}/publish", {
            params: { path: { composition: composition.id } },
            // The API says what is wrong with an option's value.
            body: given({
              name,
              title: text(values, "title") ?? name,
              visibility: text(values, "visibility"),
            }) as Schema<"MixPublish">,
          });
    const touching = composition.crosstalk.pairs.filter(({ exact }) => !exact).length;
    show(values, mix ?? composition, () => [
      mix ? `${composition.id} published as ${mix.ref}` : composition.id,
      ...table(
        composition.members.map((m) => [`  ${m.ref}`, m.trigger, `strength ${m.strength}`, `slot ${m.slot}`]),
      ),
      touching === 0 ? "Every pair is exactly orthogonal." : `${touching} pairs share columns.`,
      ...composition.warnings.map((warning) => `! ${warning}`),
    ]);
  },
};

const generate: Command = {
  usage: "generate PROMPT [-a OWNER/NAME[=S]] … | --composition ID | --mix OWNER/NAME | --request JSON",
  about: "generates pictures and saves them",
  options: {
    adapter: {
      type: "string",
      short: "a",
      multiple: true,
      hint: "an adapter or a training's job_…, again for each",
    },
    composition: { type: "string", hint: "a saved composition" },
    mix: { type: "string", hint: "a published one" },
    base: { type: "string", hint: "the base, if no adapter is named" },
    negative: { type: "string", hint: "what must not be in the picture" },
    size: { type: "string", hint: "512x256, ...; without it, one with room for everybody" },
    seed: { type: "string", hint: "the first picture's seed" },
    count: { type: "string", short: "n", hint: "how many pictures" },
    steps: { type: "string", hint: "denoising steps" },
    guidance: { type: "string", hint: "classifier-free guidance" },
    priority: PRIORITY,
    request: { type: "string", hint: "the whole request as the API takes it, instead of all of these" },
    out: { type: "string", short: "o", hint: "a folder for the pictures (.), or NAME.png for one" },
    "no-wait": { type: "boolean", hint: "print the job's id and exit" },
  },
  run: async (args, values) => {
    const body = requestOf(args, values);
    const out = outPictures(text(values, "out") ?? ".", body.count ?? 1);
    const api = keyedApi(values);
    const job = await api.post("/v1/generations", { body });
    if (values["no-wait"]) return show(values, job, () => [job.id]);
    const done = await follow(api, job);
    const files = await savePictures(api, done, out);
    show(values, { ...done, files }, () => files);
    for (const warning of done.warnings) say(`! ${warning}`);
  },
};

/** What the options say, or the request that was given whole: the compose page copies it so, with boxes and all. */
function requestOf(args: string[], values: Values): Schema<"GenerationCreate"> {
  const whole = text(values, "request");
  if (whole !== undefined) {
    if (args.length > 0) throw new UsageError("--request holds the prompt already; leave the other one out.");
    return jsonOf(whole);
  }
  const adapters = texts(values, "adapter").map(generationMemberOf);
  return given({
    prompt: only(args, "a prompt (in quotes)"),
    composition_id: text(values, "composition"),
    mix: text(values, "mix"),
    adapters: adapters.length > 0 ? adapters : undefined,
    base: text(values, "base"),
    negative_prompt: text(values, "negative"),
    size: text(values, "size"),
    seed: number(values, "seed"),
    count: number(values, "count"),
    steps: number(values, "steps"),
    guidance: number(values, "guidance"),
    priority: text(values, "priority"),
  }) as Schema<"GenerationCreate">;
}

/** The API says what is wrong with its fields. */
function jsonOf(whole: string): Schema<"GenerationCreate"> {
  try {
    return JSON.parse(whole);
  } catch {
    throw new UsageError("--request is not JSON.");
  }
}

async function savePictures(api: Orthoplex, job: Generation, out: PicturesOut): Promise<string[]> {
  const files: string[] = [];
  for (const image of job.result?.images ?? []) {
    const file = out.file ?? join(out.folder, `${basename(job.id)}-${image.seed ?? files.length}.png`);
    try {
      writeWhole(file, await api.download(image.url));
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      throw new Error(
        `${file}: ${why}\nThe picture is there: orthoplex job ${job.id} --out FOLDER saves it.`,
      );
    }
    files.push(file);
  }
  return files;
}

const job: Command = {
  usage: "job JOB_ID [--wait] [--out FOLDER|FILE]",
  about: "the status of a generation or training; --out saves a generation's pictures",
  options: {
    wait: { type: "boolean", hint: "wait until it has ended" },
    out: { type: "string", short: "o", hint: "a folder for the pictures, or NAME.png for one" },
  },
  run: async (args, values) => {
    const out = text(values, "out");
    const api = keyedApi(values);
    const found = await findJob(api, only(args, "a job's id"));
    const place = out === undefined || found.kind !== "sample" ? null : outPictures(out, found.request.count);
    const latest = values.wait ? await follow(api, found) : found;
    const files = place === null || latest.kind !== "sample" ? [] : await savePictures(api, latest, place);
    show(values, out === undefined ? latest : { ...latest, files }, () => [
      `${latest.id} ${latest.kind} ${latest.status}${statusDetail(latest)}`,
      ...files,
    ]);
  },
};

const cancel: Command = {
  usage: "cancel JOB_ID",
  about: "cancels a job",
  run: async (args, values) => {
    const api = keyedApi(values);
    const found = await findJob(api, only(args, "a job's id"));
    const init = { params: { path: { job: found.id } } };
    const latest =
      found.kind === "train"
        ? await api.post("/v1/trainings/{job}/cancel", init)
        : await api.post("/v1/generations/{job}/cancel", init);
    show(values, latest, () => [`${latest.id} ${latest.status}`]);
  },
};

function statusDetail(job: Generation | Training): string {
  if (job.error) return `: ${job.error.message}`;
  if (job.queue_position !== null) return `, ${job.queue_position} in the queue`;
  return job.progress ? `, ${job.progress.step} of ${job.progress.total}` : "";
}

async function findJob(api: Orthoplex, id: string): Promise<Generation | Training> {
  const init = { params: { path: { job: id } } };
  const found =
    (await api.find("/v1/generations/{job}", init)) ?? (await api.find("/v1/trainings/{job}", init));
  if (!found) throw new Error(`You have no job ${id}.`);
  return found;
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Removes fields that were not given: the API refuses null where it expects a string. */
export function given<T extends Record<string, unknown>>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

export const generation: Record<string, Command> = { compose, generate, job, cancel };
