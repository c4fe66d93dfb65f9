// Turns a request for pictures into a job: resolves its adapters, fills in the base's defaults, and builds the runner's spec.

import type { z } from "zod";
import type { ResolvedMember } from "../../schema/contract/compositions.ts";
import type { GenerationCreate, GenerationMember } from "../../schema/contract/jobs.ts";
import { SEED_MAX } from "../../schema/contract/limits.ts";
import type { StoredGenerationRequest, StoredInput, StoredSampleSpec } from "../../schema/tables.ts";
import { settingsOf, sizeOf } from "../catalog/base-rules.ts";
import { knownBase } from "../catalog/bases.ts";
import { peopleIn, promptFault } from "../catalog/prompt-rules.ts";
import { findComposition } from "../compose/compositions.ts";
import { asMember, type Cast, resolveMembers, triggerFault } from "../compose/members.ts";
import { resolveMix } from "../compose/mixes.ts";
import type { Db } from "../db.ts";
import { calls, membersInNeedOfRoom } from "../lib/base-sizes.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { isThere, trainedMembers } from "./await-training.ts";
import type { NewJob } from "./enqueue.ts";
import { rankOf } from "./priority.ts";

export type GenerationInput = z.infer<typeof GenerationCreate>;

/** What the base can never draw is refused here, before it is paid for. */
export async function orderGeneration(
  db: Db,
  caller: Caller,
  input: GenerationInput,
): Promise<NewJob | Refusal> {
  const order = await plannedGeneration(db, caller, input);
  return order instanceof Refusal ? order : (undrawable(order) ?? order);
}

/** Why the base can never draw an order for pictures. */
export function undrawable({ baseId, spec }: NewJob): Refusal | null {
  const { prompt, negative_prompt, width, height } = spec as StoredSampleSpec;
  return promptFault(knownBase(baseId), { prompt, negative_prompt }, { width, height });
}

/** An order whose prompt and size may still change; then `undrawable` says why it cannot be drawn. */
export async function plannedGeneration(
  db: Db,
  caller: Caller,
  input: GenerationInput,
): Promise<NewJob | Refusal> {
  const blocked = await blockedFault(db, "prompt", [{ pointer: "/prompt", text: input.prompt }]);
  if (blocked) return blocked;
  const requested = await requestedMembers(db, caller, input);
  if (requested instanceof Refusal) return requested;
  const trained = await trainedMembers(db, caller, requested.members, requested.pointer);
  if (trained instanceof Refusal) return trained;
  const { members, places, awaited } = trained;
  const requestedBase = input.base ?? requested.base ?? awaited?.baseId;
  const cast = await resolveMembers({ db, caller }, members, requestedBase, {
    pointer: requested.pointer,
    places,
  });
  if (cast instanceof Refusal) return cast;
  if (awaited && awaited.baseId !== cast.base.id) {
    const detail = `${awaited.member.ref} is trained for ${awaited.baseId}, not for ${cast.base.id}.`;
    return refuse("adapter_incompatible", detail, `${requested.pointer}/${awaited.place}`);
  }
  const wanted = [...cast.members.map(({ resolved }) => resolved), ...(awaited ? [awaited.member] : [])];
  const people = Math.max(peopleIn(cast.base, input.prompt), membersInNeedOfRoom(wanted, input.prompt));
  const size = sizeOf(cast.base, input.size, people);
  if (size instanceof Refusal) return size;
  const settings = settingsOf(cast.base, input);
  if (settings instanceof Refusal) return settings;
  const refused = seedFault(input) ?? previewFault(input, caller, cast.members);
  if (refused) return refused;

  const request: StoredGenerationRequest = {
    composition_id: requested.compositionId,
    prompt: input.prompt,
    negative_prompt: input.negative_prompt,
    seed: input.seed ?? randomSeed(),
    ...settings,
    size: `${size.width}x${size.height}`,
    ...(input.preview_of && { preview_of: input.preview_of }),
    adapters: cast.members.map(({ resolved }) => resolved),
  };
  if (awaited) {
    const at = `${requested.pointer}/${awaited.place}`;
    const fault = triggerFault(request.adapters, awaited.member, at);
    if (fault) return fault;
    request.adapters.splice(awaited.place, 0, awaited.member);
  }
  return {
    ownerId: caller.id,
    kind: "sample",
    baseId: cast.base.id,
    shape: request.size,
    request,
    spec: specOf(request, size),
    inputs: inputsOf(cast),
    adapterId: null,
    waitsFor: awaited?.trainingId ?? null,
    ...rankOf(input.priority),
  };
}

async function requestedMembers(db: Db, caller: Caller, input: GenerationInput) {
  const pointer =
    input.mix !== undefined ? "/mix" : input.composition_id !== undefined ? "/composition_id" : null;
  if (pointer === null) {
    return { members: input.adapters ?? [], base: undefined, pointer: "/adapters", compositionId: null };
  }
  const composition = await requestedComposition(db, caller, input);
  if (composition instanceof Refusal) return composition;
  const members: GenerationMember[] = composition.members.map(asMember);
  return { members, base: composition.baseId, pointer, compositionId: composition.id };
}

async function requestedComposition(db: Db, caller: Caller, { mix, composition_id: id }: GenerationInput) {
  if (mix !== undefined) {
    const found = await resolveMix(db, caller, mix, "/mix");
    return found instanceof Refusal ? found : found.version;
  }
  const found = id ? await findComposition(db, caller, id) : null;
  if (found !== null && !(found instanceof Refusal)) return found;
  return refuse("composition_unknown", found?.detail ?? "", "/composition_id");
}

function seedFault({ seed, count }: GenerationInput): Refusal | null {
  if (seed === undefined || seed + count - 1 <= SEED_MAX) return null;
  const detail = `For ${count} pictures the seed may be at most ${SEED_MAX - count + 1}: each takes the next one.`;
  return refuse("request_invalid", detail, "/seed");
}

/** Pictures for the page of a version show it alone, and only its owner orders them. */
function previewFault(
  { preview_of }: GenerationInput,
  caller: Caller,
  members: Cast["members"],
): Refusal | null {
  if (preview_of === undefined) return null;
  const [only, ...others] = members;
  const isOwn = only?.version.id === preview_of && only.adapter.ownerId === caller.id;
  if (isOwn && others.length === 0) return null;
  const detail = `Pictures for the page of ${preview_of} are drawn with it alone, and ordered by its owner.`;
  return refuse("request_invalid", detail, "/preview_of");
}

/** Leaves room below the largest seed: picture k of a job has the seed + k. */
export const randomSeed = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % (SEED_MAX - 1_000);

/** As dispatch/dependents.ts names it, too. */
const inputName = (versionId: string) => `${versionId}.safetensors`;

function specOf(request: StoredGenerationRequest, size: { width: number; height: number }): StoredSampleSpec {
  const { prompt, negative_prompt, seed, steps, guidance, sampler, clip_skip, count } = request;
  return {
    prompt,
    negative_prompt,
    seed,
    steps,
    guidance,
    sampler,
    ...(clip_skip !== undefined && { clip_skip }),
    width: size.width,
    height: size.height,
    count,
    adapters: specMembers(request, prompt),
  };
}

/** Depends on the prompt that the runner gets: a LoRA of another program is gated by it. */
export const specMembers = (
  { adapters }: Pick<StoredGenerationRequest, "adapters">,
  prompt: string,
): StoredSampleSpec["adapters"] =>
  adapters.map((member) =>
    isThere(member) ? { ...member, ...gatedBy(member, prompt), input: inputName(member.version_id) } : member,
  );

/** A LoRA of another program acts at its trigger where the prompt names it, and on the whole picture elsewhere. */
function gatedBy({ foreign, trigger }: ResolvedMember, prompt: string): Pick<ResolvedMember, "foreign"> {
  if (!foreign) return {};
  return { foreign: { words: calls(prompt, trigger) ? foreign.words : null } };
}

function inputsOf(cast: Cast): StoredInput[] {
  return cast.members.map(({ version }) => ({
    name: inputName(version.id),
    sha256: version.sha256,
    size_bytes: version.sizeBytes,
    content_type: "application/octet-stream",
  }));
}
