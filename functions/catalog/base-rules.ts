// What a base accepts: sizes, steps, guidance, samplers, negative prompts, training pictures. Pure: everything comes from the base's
// description, and every refusal names what the base accepts instead.

import type { Base } from "../../schema/contract/bases.ts";
import { TRAINING_SAMPLES_MAX } from "../../schema/contract/limits.ts";
import { promptFor, TRIGGER_PLACE } from "../../schema/contract/trigger-place.ts";
import { generatesSize, shapeFor } from "../lib/base-sizes.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

type Pixels = { width: number; height: number };
type Range = { default: number; min: number; max: number };
type Side = NonNullable<Base["size_range"]>["width"];

const invalid = (detail: string, pointer: string) => refuse("request_invalid", detail, pointer);
const nameOf = ({ width, height }: Pixels) => `${width}x${height}`;

/** The size that was asked for; without one, that of the base which has room for so many people. */
export function sizeOf(base: Base, asked: string | undefined, people: number): Pixels | Refusal {
  if (asked === undefined) return shapeFor(base, people);
  const [width = 0, height = 0] = asked.split("x").map(Number);
  if (generatesSize(base, { width, height })) return { width, height };
  const shapes = base.sizes.map(nameOf).join(", ");
  const { size_range } = base;
  const more = size_range ? `, and ${rangeText(size_range)}` : "";
  return invalid(`${base.id} generates ${shapes}${more}; not ${nameOf({ width, height })}.`, "/size");
}

function rangeText({ width, height, pixels_max }: NonNullable<Base["size_range"]>): string {
  const side = (name: string, { min, max, step }: Side) =>
    `${name}s from ${min} to ${max} in steps of ${step}`;
  return `${side("width", width)} and ${side("height", height)}, at most ${pixels_max} pixels`;
}

type Asked = {
  count: number;
  steps?: number | undefined;
  guidance?: number | undefined;
  sampler?: string | undefined;
  clip_skip?: number | undefined;
  negative_prompt: string;
};
type Settings = { steps: number; guidance: number; sampler: string; count: number; clip_skip?: number };

/** How an order is generated, with the base's own where it says nothing. */
export function settingsOf(base: Base, asked: Asked): Settings | Refusal {
  const { steps = base.steps.default, guidance = base.guidance.default, clip_skip } = asked;
  const { sampler = base.samplers.default } = asked;
  if (!isWithin(steps, base.steps)) {
    return invalid(`${base.id} takes ${base.steps.min} to ${base.steps.max} steps.`, "/steps");
  }
  if (!isWithin(guidance, base.guidance)) {
    const { min, max } = base.guidance;
    const range = min === max ? `only a guidance of ${min}` : `a guidance from ${min} to ${max}`;
    return invalid(`${base.id} takes ${range}.`, "/guidance");
  }
  if (!base.samplers.names.includes(sampler)) {
    return invalid(`${base.id} has the samplers ${base.samplers.names.join(", ")}.`, "/sampler");
  }
  if (clip_skip !== undefined && clip_skip > (base.clip_skip?.max ?? 0)) {
    const detail = base.clip_skip
      ? `${base.id} takes a clip_skip from 1 to ${base.clip_skip.max}.`
      : `${base.id} takes no clip_skip.`;
    return invalid(detail, "/clip_skip");
  }
  if (asked.negative_prompt.trim() !== "" && !base.prompt.negative) {
    return invalid(`${base.id} takes no negative prompt.`, "/negative_prompt");
  }
  if (asked.count > base.count.max) {
    return invalid(`${base.id} generates at most ${base.count.max} pictures a job.`, "/count");
  }
  return { steps, guidance, sampler, count: asked.count, ...(clip_skip !== undefined && { clip_skip }) };
}

const isWithin = (value: number, { min, max }: Range) => value >= min && value <= max;

/** The steps of a training: the requested number, or that of a preset. */
export function trainingSteps(
  { id, training }: Base,
  asked: { steps?: number | undefined; preset?: string | undefined },
): number | Refusal {
  if (asked.preset !== undefined) {
    const preset = training.presets.find(({ name }) => name === asked.preset);
    const names = training.presets.map(({ name }) => name).join(", ");
    return preset?.steps ?? invalid(`${id} has the presets ${names}.`, "/preset");
  }
  const { steps = training.steps.default } = asked;
  const { min, max } = training.steps;
  return isWithin(steps, training.steps)
    ? steps
    : invalid(`${id} trains for ${min} to ${max} steps.`, "/steps");
}

/** `pictures` in the order of the request. */
export function trainingPicturesFault(
  { id, training }: Base,
  pictures: readonly { sha256: string; width: number | null; height: number | null }[],
): Refusal | null {
  const { images: count, picture: limit } = training;
  if (pictures.length < count.min || pictures.length > count.max) {
    return invalid(`${id} learns from ${count.min} to ${count.max} pictures.`, "/images");
  }
  for (const [i, { sha256, width, height }] of pictures.entries()) {
    // The same bytes, whatever upload they came with: four times one picture is one picture to learn from.
    const first = pictures.findIndex((other) => other.sha256 === sha256);
    if (first < i) {
      const detail = `Pictures ${first + 1} and ${i + 1} are the same. Each counts once: send others, or leave it out.`;
      return invalid(detail, `/images/${i}`);
    }
    const [w, h] = [width ?? 0, height ?? 0];
    if (Math.min(w, h) < limit.side_min) {
      const detail = `is ${w} x ${h}; ${id} needs pictures of at least ${limit.side_min} pixels a side.`;
      return invalid(`Picture ${i + 1} ${detail}`, `/images/${i}`);
    }
    if (w * h > limit.pixels_max) {
      const detail = `is ${w} x ${h}; ${id} takes pictures of at most ${limit.pixels_max} pixels.`;
      return invalid(`Picture ${i + 1} ${detail}`, `/images/${i}`);
    }
  }
  return null;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const hasWord = (text: string, word: string) =>
  new RegExp(`(?<![\\w-])${escaped(word)}(?![\\w-])`, "i").test(text);

/** So many captions of a training in free text are sampled: each is drawn at several steps. */
const SAMPLED_CAPTIONS_MAX = 4;
/** Where a caption names the concept itself, as the runner reads it (bases/sd/pictures.py, caption_with_concept). */
const CALLED = /<[a-z0-9][a-z0-9_-]{0,63}>/gi;

/**
 * The prompts of a training's samples: in a grammar one for each expression that a caption names, in the order of the base's words; in free text the
 * first captions, as they are trained; or else the base's own that name no expression. What no picture has shown is not sampled: the concept
 * cannot have learned it.
 */
export function samplePrompts(
  { prompt, prompts, words }: Pick<Base, "prompt" | "prompts" | "words">,
  trigger: string,
  captions: readonly string[],
): string[] {
  const written = [...new Set(captions.map((caption) => caption.trim()).filter((caption) => caption !== ""))];
  if (prompt.kind === "text" && written.length > 0) {
    return written.slice(0, SAMPLED_CAPTIONS_MAX).map((caption) => {
      const called = caption.replaceAll(CALLED, () => trigger);
      return called === caption && !caption.includes(trigger) ? `${trigger}, ${caption}` : called;
    });
  }
  const expressions = words.expression ?? [];
  const shown = expressions.filter((word) => captions.some((caption) => hasWord(caption, word)));
  const templates =
    shown.length > 0
      ? shown.map((word) => `${TRIGGER_PLACE}, ${word}`)
      : prompts.samples.filter((template) => !expressions.some((word) => hasWord(template, word)));
  return templates.slice(0, TRAINING_SAMPLES_MAX).map((template) => promptFor(template, trigger));
}
