// Compares what a runner delivered with what was ordered: for pictures the size that their bytes have, seeds and recipes; for an adapter its
// trigger. Runners are not trusted, so nothing that the order states is taken from their messages. Pure.

import type { AdapterMetadata } from "../../schema/contract/adapter-file.ts";
import type { Base } from "../../schema/contract/bases.ts";
import type { Output, SampleSpec, TrainSpec } from "../../schema/contract/runner.ts";
import { generatesSize } from "../lib/base-sizes.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

/** An output with the size that was read from its bytes; null for what is no picture. */
export type Delivered = {
  output: Output;
  pointer: string;
  upload: { sha256: string; width: number | null; height: number | null };
};

/** A file that the job came with. */
export type OrderedInput = { name: string; sha256: string };

const mismatch = (detail: string, pointer: string) => refuse("output_mismatch", detail, pointer);
const noPicture = ({ output, pointer }: Delivered) =>
  refuse("image_invalid", `${output.name} is not a picture.`, pointer, "type_unknown");

export function picturesFault(
  base: string,
  spec: SampleSpec,
  pictures: readonly Delivered[],
  inputs: readonly OrderedInput[] = [],
): Refusal | null {
  if (pictures.length !== spec.count) {
    const detail = `${spec.count} pictures were ordered, ${pictures.length} are named.`;
    return refuse("output_missing", detail, "/outputs");
  }
  for (const [position, picture] of pictures.entries()) {
    const { output, pointer, upload } = picture;
    if (upload.width === null) return noPicture(picture);
    const { width, height } = deliveredSize(spec);
    if (upload.width !== width || upload.height !== height) {
      const detail = `${output.name} has ${upload.width} x ${upload.height} pixels; ${width} x ${height} were ordered.`;
      return mismatch(detail, pointer);
    }
    const same = pictures.findIndex((other) => other.upload.sha256 === upload.sha256);
    if (same < position) {
      return mismatch(`${output.name} is the same picture as ${pictures[same]?.output.name}.`, pointer);
    }
    const ordered = orderedRecipe(base, spec, position, inputs);
    const recipe = output.meta.recipe ?? {};
    if (output.meta.seed !== undefined && output.meta.seed !== ordered.seed) {
      const detail = `${output.name} was drawn from seed ${output.meta.seed}; ${ordered.seed} was ordered.`;
      return mismatch(detail, `${pointer}/meta/seed`);
    }
    const other = otherField(ordered, recipe) ?? unorderedField(ordered, recipe);
    if (other !== null) {
      const detail = `The recipe of ${output.name} says another ${other} than was ordered.`;
      return mismatch(detail, `${pointer}/meta/recipe/${other}`);
    }
  }
  return null;
}

/** Pictures of a size that the base has not are drawn at another and enlarged before they are delivered. */
const deliveredSize = (spec: SampleSpec) => spec.enlarge_to ?? { width: spec.width, height: spec.height };

/** What the order says of one of its pictures, as recipes say it (gpu-runner/orthoplex/recipe.py). */
export function orderedRecipe(
  base: string,
  spec: SampleSpec,
  position: number,
  inputs: readonly OrderedInput[] = [],
) {
  const { prompt, negative_prompt, seed, steps, guidance, sampler, clip_skip, width, height } = spec;
  const { enlarge_to } = spec;
  const own = spec.adapters.filter((member) => !member.foreign);
  const loras = spec.adapters.filter((member) => member.foreign);
  const hashOf = (input: string) => {
    const sha256 = inputs.find(({ name }) => name === input)?.sha256;
    return sha256 && { sha256 };
  };
  return {
    base,
    prompt,
    negative_prompt,
    seed: seed + position,
    steps,
    guidance,
    ...(sampler && { sampler }),
    ...(clip_skip && { clip_skip }),
    size: `${width}x${height}`,
    ...(enlarge_to && { enlarged_to: `${enlarge_to.width}x${enlarge_to.height}` }),
    adapters: own.map(({ ref, version_id, trigger, strength, slot, region, input }) => {
      return { ref, version_id, trigger, strength, slot, region, ...hashOf(input) };
    }),
    ...(loras.length > 0 && {
      loras: loras.map((member) => ({ ...loraOf(member), ...hashOf(member.input) })),
      exact: false,
    }),
  };
}

/** A LoRA of another program; it has a trigger where it acts there alone. */
function loraOf({ ref, version_id, strength, trigger, foreign }: SampleSpec["adapters"][number]) {
  return { ref, version_id, strength, ...(foreign?.words && { trigger, words: foreign.words }) };
}

/** The first field that both name and that differs; a runner may say more, such as its device, and leave out what it does not know. */
function otherField(ordered: Record<string, unknown>, recipe: Record<string, unknown>): string | null {
  const name = Object.keys(ordered).find(
    (key) => recipe[key] !== undefined && !isWithin(ordered[key], recipe[key]),
  );
  return name ?? null;
}

/** Settings that change the picture: a recipe may name them only if they were ordered. */
const CHANGES_PICTURE = ["clip_skip", "enlarged_to", "loras", "exact"];

const unorderedField = (ordered: object, recipe: Record<string, unknown>): string | null =>
  CHANGES_PICTURE.find((key) => (recipe[key] ?? null) !== null && !(key in ordered)) ?? null;

function isWithin(ordered: unknown, said: unknown): boolean {
  if (Array.isArray(ordered)) {
    return (
      Array.isArray(said) &&
      said.length === ordered.length &&
      ordered.every((each, i) => isWithin(each, said[i]))
    );
  }
  if (typeof ordered === "object" && ordered !== null) {
    if (typeof said !== "object" || said === null) return false;
    return otherField(ordered as Record<string, unknown>, said as Record<string, unknown>) === null;
  }
  return ordered === said;
}

/** Samples are drawn from the prompts and the seed that were ordered, in a size of the base. */
export function trainedFault(
  base: Base,
  spec: Pick<TrainSpec, "trigger" | "sample_prompts" | "seed">,
  {
    file,
    filePointer,
    samples,
  }: { file: Pick<AdapterMetadata, "trigger">; filePointer: string; samples: readonly Delivered[] },
): Refusal | null {
  if (file.trigger !== spec.trigger) {
    return mismatch(`The file has the trigger ${file.trigger}; ${spec.trigger} was ordered.`, filePointer);
  }
  const [more] = samples.slice(spec.sample_prompts.length);
  if (more) {
    const detail = `${spec.sample_prompts.length} samples were ordered, ${samples.length} are named.`;
    return mismatch(detail, more.pointer);
  }
  for (const sample of samples) {
    const { width, height } = sample.upload;
    const { name, meta } = sample.output;
    if (meta.prompt !== undefined && !spec.sample_prompts.includes(meta.prompt)) {
      return mismatch(`${name} says a prompt that was not ordered.`, `${sample.pointer}/meta/prompt`);
    }
    if (meta.seed !== undefined && meta.seed !== spec.seed) {
      const detail = `${name} was drawn from seed ${meta.seed}; ${spec.seed} was ordered.`;
      return mismatch(detail, `${sample.pointer}/meta/seed`);
    }
    if (width === null) return noPicture(sample);
    if (!generatesSize(base, { width, height: height ?? 0 })) {
      return mismatch(`${base.id} draws no pictures of ${width} x ${height} pixels.`, sample.pointer);
    }
  }
  return null;
}
