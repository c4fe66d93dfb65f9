// What the tests of Replicate's API share: a publisher with two adapters, a runner, and the calls that most tests make.

import type { ReplicateFile, ReplicatePrediction } from "../../../schema/contract/compat-replicate.ts";
import type { Version } from "../../../schema/contract/index.ts";
import { type Person, person, published } from "../cast.ts";
import { beginRunner, send } from "./runner.ts";

export const ROOT = "/replicate/v1";
export type Page<T> = { previous: string | null; next: string | null; results: T[] };
export type Refused = { code: string; errors: { pointer: string; detail: string }[]; detail: string };

export let ada: Person;
export let ivy: Version;

/** Each file begins on an empty database. */
export async function begin(): Promise<void> {
  ada = await person("Ada");
  ivy = await published(ada, "ivy");
  await published(ada, "paco");
  await beginRunner();
}

export const create = <T = ReplicatePrediction>(body: object, headers = {}) =>
  ada.ask<T>("POST", `${ROOT}/predictions`, body, headers);
export const ofModel = <T = ReplicatePrediction>(model: string, input: object, headers = {}) =>
  ada.ask<T>(
    "POST",
    `${ROOT}/models/${model}/predictions`,
    { input: { prompt: "smiling", ...input } },
    headers,
  );

export async function upload(bytes: ArrayBufferView, name: string, type: string, metadata: unknown = {}) {
  const form = new FormData();
  form.append("content", new Blob([bytes], { type }), name);
  form.append("metadata", new Blob([JSON.stringify(metadata)], { type: "application/json" }));
  const reply = await send(`${ROOT}/files`, {
    method: "POST",
    body: form,
    headers: { authorization: `Bearer ${ada.key}` },
  });
  return { status: reply.status, body: await reply.json<ReplicateFile & Refused>() };
}
