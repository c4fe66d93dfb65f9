// The outputs that a runner names when it settles, each with the bytes that arrived for it, and what stands inside these.

import type { Output } from "../../schema/contract/runner.ts";
import type { StoredUpload } from "../../schema/tables.ts";
import type { Env } from "../env.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { blobKey } from "../storage/blobs.ts";
import { readPngTexts } from "../storage/png-texts.ts";
import { type StoredRecipe, writtenFault } from "./written-recipe.ts";

export type PlacedOutput = { output: Output; upload: StoredUpload; pointer: string };

/** Pairs each named output with the bytes that arrived for it under this lease: of a picture less may be kept than came. */
export function placeOutputs(
  outputs: readonly Output[],
  stored: readonly StoredUpload[],
): PlacedOutput[] | Refusal {
  const placed: PlacedOutput[] = [];
  const names = new Set<string>();
  for (const [i, output] of outputs.entries()) {
    if (names.has(output.name)) {
      return refuse("output_mismatch", `Two outputs are called ${output.name}.`, `/outputs/${i}/name`);
    }
    names.add(output.name);
    const upload = stored.find(
      (row) =>
        row.name === output.name &&
        row.announcedSha256 === output.sha256 &&
        (row.sizeBytes === output.size_bytes || row.sha256 !== row.announcedSha256),
    );
    const pointer = `/outputs/${i}`;
    if (!upload) return refuse("output_missing", `The bytes of ${output.name} were never uploaded.`, pointer);
    placed.push({ output, upload, pointer });
  }
  return placed;
}

/** The first fault of several pictures: what each says inside must be its recipe, since it is all that other readers see. */
export async function insideFault(
  env: Env,
  pictures: readonly (PlacedOutput & { recipe: StoredRecipe | null })[],
): Promise<Refusal | null> {
  const faults = await Promise.all(pictures.map((picture) => faultOfPicture(env, picture)));
  return faults.find((fault) => fault !== null) ?? null;
}

async function faultOfPicture(
  env: Env,
  { output, upload, pointer, recipe }: PlacedOutput & { recipe: StoredRecipe | null },
): Promise<Refusal | null> {
  if (upload.contentType !== "image/png") return null;
  const object = await env.BLOBS.get(blobKey(upload.sha256));
  if (!object) throw new Error(`${output.name} of ${upload.sha256} has no bytes`);
  return writtenFault({ name: output.name, pointer, texts: await readPngTexts(object.body) }, recipe);
}
