// Orders pictures for the compatible APIs: a model's name becomes adapters, a missing trigger is put in, a size is chosen.

import type { z } from "zod";
import type { Base } from "../../schema/contract/bases.ts";
import type { Member, Region } from "../../schema/contract/compositions.ts";
import { lengthOf } from "../../schema/contract/cut-text.ts";
import type { Generation, GenerationCreate } from "../../schema/contract/jobs.ts";
import { PROMPT_MAX_CHARACTERS } from "../../schema/contract/limits.ts";
import type { SampleSpec } from "../../schema/contract/runner.ts";
import type { StoredGenerationRequest, StoredSampleSpec } from "../../schema/tables.ts";
import { knownBase } from "../catalog/bases.ts";
import { peopleIn } from "../catalog/prompt-rules.ts";
import type { Db } from "../db.ts";
import type { NewJob } from "../dispatch/enqueue.ts";
import { plannedGeneration, specMembers, undrawable } from "../dispatch/order-generation.ts";
import { placesOf, shapeFor } from "../lib/base-sizes.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import type { Model } from "./models.ts";
import { drawnSize, isOpenAiSize } from "./sizes.ts";
import { promptWithTriggers } from "./triggers.ts";

type GenerationInput = z.input<typeof GenerationCreate>;

type PictureInput = {
  prompt: string;
  negativePrompt: string | undefined;
  seed: number | undefined;
  steps: number | undefined;
  guidance: number | undefined;
  /** Undefined: one with room for each adapter and everybody in the prompt. */
  size: string | undefined;
  count: number | undefined;
  adapters: readonly Member[];
  regions: readonly (Region | null)[];
  /** Of the model's own adapter. */
  strength: number | undefined;
};

export async function orderPictures(
  db: Db,
  caller: Caller,
  model: Model,
  input: PictureInput,
): Promise<NewJob | Refusal> {
  const members = membersOf(model, input);
  if (members instanceof Refusal) return members;
  const plain = {
    ...members,
    prompt: input.prompt,
    negative_prompt: input.negativePrompt ?? "",
    count: input.count ?? 1,
    ...(input.seed !== undefined && { seed: input.seed }),
    ...(input.steps !== undefined && { steps: input.steps }),
    ...(input.guidance !== undefined && { guidance: input.guidance }),
    // One of OpenAI's sizes is known to be drawn or not once the base is.
    ...(input.size !== undefined && !isOpenAiSize(input.size) && { size: input.size }),
  };
  const order = await plannedGeneration(db, caller, plain);
  if (order instanceof Refusal)
    return pointedAt(order, model, members.adapters?.length ?? 0, input.adapters.length);
  const request = order.request as Generation["request"];
  const base = knownBase(order.baseId);
  // The adapters alone say how many people a prompt without their triggers may mean; the prompt with them says how many it does.
  const adapters = request.adapters.length;
  const narrow = withChosenSize(order, input.size, { adapters, people: 0 });
  const prompt = promptWithTriggers(base, request.prompt, {
    members: request.adapters,
    room: roomIn(base, narrow.spec as SampleSpec),
  });
  const sized = withChosenSize(order, input.size, { adapters, people: peopleIn(base, prompt) });
  const pictures = withPrompt(sized, prompt);
  const length = lengthOf(prompt);
  if (length > PROMPT_MAX_CHARACTERS) {
    const detail = `With the triggers of its adapters the prompt has ${length} characters; at most ${PROMPT_MAX_CHARACTERS} are read.`;
    return refuse("request_invalid", detail, "/prompt");
  }
  return undrawable(pictures) ?? pictures;
}

/** The model's own adapter comes first; naming it again among `adapters` sets its strength and region. */
function membersOf(
  model: Model,
  input: PictureInput,
): Pick<GenerationInput, "base" | "mix" | "adapters"> | Refusal {
  if (model.kind === "mix") {
    if (input.adapters.length === 0 && input.regions.length === 0 && input.strength === undefined) {
      return { mix: model.ref };
    }
    const pointer =
      input.adapters.length > 0 ? "/adapters" : input.regions.length > 0 ? "/regions" : "/strength";
    return refuse("request_invalid", "A mix has its adapters, strengths and regions already.", pointer);
  }
  const own = model.kind === "adapter" ? ownMember(model, input) : [];
  if (own.length === 0 && input.strength !== undefined) {
    const detail =
      "`strength` is of the model's own adapter, where `adapters` does not name it: give each of `adapters` its own.";
    return refuse("request_invalid", detail, "/strength");
  }
  const adapters = [...own, ...input.adapters].map((member, i): Member => {
    const region = member.region ?? input.regions[i];
    return region ? { ...member, region } : member;
  });
  if (input.regions.length > adapters.length) {
    const detail = `There are ${input.regions.length} regions for ${adapters.length} adapters.`;
    return refuse("request_invalid", detail, `/regions/${adapters.length}`);
  }
  return model.kind === "base" ? { base: model.base.id, adapters } : { adapters };
}

function ownMember(model: Extract<Model, { kind: "adapter" }>, input: PictureInput): Member[] {
  const { adapter, version } = model;
  const name = `${adapter.owner}/${adapter.name}`;
  const isNamed = input.adapters.some(
    ({ ref, version_id }) => version_id === version.id || ref === name || ref === `${name}:${version.number}`,
  );
  if (isNamed) return [];
  return [{ version_id: version.id, ...(input.strength !== undefined && { strength: input.strength }) }];
}

/** Maps the pointer of a fault to the compatible request: faults of members that came from the model point to `model`. */
function pointedAt(refusal: Refusal, model: Model, members: number, named: number): Refusal {
  const own = model.kind === "adapter" ? members - named : 0;
  const faults = refusal.faults.map((fault) => {
    const [, index, rest = ""] = /^\/adapters\/(\d+)(.*)$/.exec(fault.pointer) ?? [];
    if (index === undefined)
      return /^\/(?:base|mix)\b/.test(fault.pointer) ? { ...fault, pointer: "/model" } : fault;
    const pointer = Number(index) < own ? "/model" : `/adapters/${Number(index) - own}${rest}`;
    return { ...fault, pointer };
  });
  return new Refusal(refusal.code, refusal.detail, faults, refusal);
}

/** The same refusal with the field names of another API: `names` maps ours to its. */
export function renamed(refusal: Refusal, names: Record<string, string>): Refusal {
  const faults = refusal.faults.map((fault) => {
    const [, field = "", rest = ""] = /^\/([^/]+)(.*)$/.exec(fault.pointer) ?? [];
    return field in names ? { ...fault, pointer: `/${names[field]}${rest}` } : fault;
  });
  return new Refusal(refusal.code, refusal.detail, faults, refusal);
}

/** Without a requested size: one with a cell for each adapter and each of the people. A size of the base itself is used as ordered. */
function withChosenSize(
  order: NewJob,
  asked: string | undefined,
  wanted: { adapters: number; people: number },
): NewJob {
  const base = knownBase(order.baseId);
  if (asked === undefined) return withSize(order, shapeFor(base, Math.max(wanted.adapters, wanted.people)));
  if (!isOpenAiSize(asked)) return order;
  const { draw, enlargeTo } = drawnSize(base, asked, wanted);
  const sized = withSize(order, draw);
  if (enlargeTo === null) return sized;
  return {
    ...sized,
    request: { ...(sized.request as Generation["request"]), enlarged_to: asked },
    spec: { ...(sized.spec as SampleSpec), enlarge_to: enlargeTo },
  };
}

/** How many people have room in the picture that is drawn, before enlarging. */
function roomIn({ sizes }: Base, { width, height }: SampleSpec): number {
  const shape = sizes.find((size) => size.width === width && size.height === height);
  return shape ? placesOf(shape) : Number.POSITIVE_INFINITY;
}

function withSize(order: NewJob, { width, height }: { width: number; height: number }): NewJob {
  const size = `${width}x${height}`;
  const request = { ...(order.request as Generation["request"]), size };
  return { ...order, shape: size, request, spec: { ...(order.spec as SampleSpec), width, height } };
}

function withPrompt(order: NewJob, prompt: string): NewJob {
  const request = { ...(order.request as StoredGenerationRequest), prompt };
  const spec = { ...(order.spec as StoredSampleSpec), prompt, adapters: specMembers(request, prompt) };
  return { ...order, request, spec };
}
