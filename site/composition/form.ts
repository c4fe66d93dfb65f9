// The compose form as data, and every change to it. Pure: the page only dispatches and renders.

import { generatesSize, membersInNeedOfRoom, roomOf, shapeFor } from "../../functions/lib/base-sizes.ts";
import { promptFor } from "../../schema/contract/trigger-place.ts";
import type { Adapter, Base, GenerationCreate, Region } from "../api.ts";
import { addPerson, proposePrompt } from "./prompt.ts";
import { type Canvas, columns, rescaled } from "./region.ts";

/** columns: equal boxes side by side. boxes: set by the user. open: no boxes, the prompt decides. */
export type Placement = "columns" | "boxes" | "open";

/** on: as its strength says. muted: not applied. solo: the others are not applied. */
export type Mode = "on" | "muted" | "solo";

export type Priority = NonNullable<GenerationCreate["priority"]>;

/** A training under way, whose version the picture waits for. */
export interface Awaited {
  id: string;
  trigger: string;
}

export interface Member {
  ref: string;
  strength: number;
  region: Region | null;
  mode: Mode;
  training?: Awaited;
}

export interface Form {
  members: readonly Member[];
  placement: Placement;
  /** Empty until the base is known: then one of its own. */
  size: string;
  prompt: string;
  /** The negative prompt. */
  negative: string;
  /** The prompt was edited by hand and is no longer proposed automatically. */
  written: boolean;
  seed: number | null;
  steps: number | null;
  guidance: number | null;
  sampler: string | null;
  count: number;
  /** Absent in workspaces that were stored before there was a choice. */
  priority?: Priority;
  /** The mix that the form was opened from, owner/name:3. */
  from: string | null;
}

export const EMPTY_FORM: Form = {
  members: [],
  placement: "columns",
  size: "",
  prompt: "",
  negative: "",
  written: false,
  seed: null,
  steps: null,
  guidance: null,
  sampler: null,
  count: 1,
  from: null,
};

/** What the form needs from the API: the base, the loaded adapters by ref, and the refs that the catalog refused. */
export interface Known {
  base: Base | null;
  adapters: ReadonlyMap<string, Adapter>;
  refused?: ReadonlyMap<string, unknown>;
}

export type Change =
  | { type: "add"; ref: string; strength: number; region?: Region; training?: Awaited }
  | { type: "remove"; ref: string }
  | { type: "strength"; ref: string; strength: number }
  | { type: "mode"; ref: string; mode: Mode }
  | { type: "region"; ref: string; region: Region }
  | { type: "place"; placement: Placement }
  | { type: "size"; size: string }
  | { type: "prompt"; prompt: string }
  /** Calls a member in the prompt, as a person before the background. */
  | { type: "mention"; trigger: string }
  | {
      type: "set";
      values: Partial<
        Pick<Form, "negative" | "seed" | "steps" | "guidance" | "sampler" | "count" | "priority" | "from">
      >;
    }
  | { type: "restore"; form: Form; label?: string }
  | { type: "known" };

/** A square where no size is known yet. */
export function canvasOf(size: string): Canvas {
  const [width = 1, height = 1] = size === "" ? [] : size.split("x").map(Number);
  return { width, height };
}

export const sizeOf = ({ width, height }: Canvas) => `${width}x${height}`;

export function changed(form: Form, change: Change, known: Known): Form {
  return proposed(unboxed(fitted(applied(form, change, known), known), known), known);
}

function applied(form: Form, change: Change, known: Known): Form {
  switch (change.type) {
    case "add": {
      if (form.members.some((member) => member.ref === change.ref)) return form;
      const { ref, strength, region = null, training } = change;
      const added: Member = { ref, strength, region, mode: "on", ...(training && { training }) };
      const members = [...form.members, added];
      // A drawn box places its member; the canvas keeps its size.
      if (region) return placed({ ...form, members, placement: "boxes" });
      return placed(widened({ ...form, members }, known));
    }
    case "remove":
      return placed({ ...form, members: form.members.filter((member) => member.ref !== change.ref) });
    case "strength":
      return withMember(form, change.ref, { strength: change.strength });
    case "mode":
      return withMember(form, change.ref, { mode: change.mode });
    case "region":
      return withMember({ ...form, placement: "boxes" }, change.ref, { region: change.region });
    case "place":
      return placed({ ...form, placement: change.placement });
    case "size":
      return placed(resized(form, change.size));
    case "prompt":
      return { ...form, prompt: change.prompt, written: change.prompt.trim() !== "" };
    case "mention": {
      const { prompt } = addPerson(form.prompt, change.trigger);
      return placed(widened({ ...form, prompt, written: true }, known));
    }
    case "set":
      return { ...form, ...change.values };
    case "restore":
      return change.form;
    case "known":
      return form;
  }
}

function withMember(form: Form, ref: string, values: Partial<Member>): Form {
  return { ...form, members: form.members.map((m) => (m.ref === ref ? { ...m, ...values } : m)) };
}

/** Adding or mentioning a member widens the canvas until each that is drawn has room, and never narrows it. */
function widened(form: Form, known: Known): Form {
  const { base } = known;
  const people = peopleOf(form, known);
  const now = base?.sizes.find((size) => sizeOf(size) === form.size);
  if (!base || !now || roomOf(now) >= people) return form;
  const fitting = shapeFor(base, people);
  return fitting.width > now.width ? resized(form, sizeOf(fitting)) : form;
}

/** Every member gets a box unless there are none, and a proposed prompt calls every member; a written one calls whom it calls. */
function peopleOf({ members, placement, prompt, written }: Form, known: Known): number {
  if (placement !== "open" || !written) return members.length;
  const words = calledBy(members, known);
  const called = members.map(({ ref, region }) => ({ trigger: words.get(ref), region }));
  return membersInNeedOfRoom(called, prompt);
}

/** A size that the base does not generate becomes one of its own. */
function fitted(form: Form, known: Known): Form {
  const { base } = known;
  if (!base || (form.size !== "" && generatesSize(base, canvasOf(form.size)))) return form;
  const size = sizeOf(shapeFor(base, peopleOf(form, known)));
  // Boxes of an address that names no size are meant for the base's own.
  return form.size === "" ? { ...form, size } : resized(form, size);
}

function resized(form: Form, size: string): Form {
  if (size === form.size) return form;
  if (form.placement === "columns") return placed({ ...form, size });
  const from = canvasOf(form.size);
  const to = canvasOf(size);
  const members = form.members.map((m) => (m.region ? { ...m, region: rescaled(m.region, from, to) } : m));
  return { ...form, size, members };
}

/** A LoRA of another program cannot be kept within a box: the others share the canvas. */
function unboxed(form: Form, { adapters }: Known): Form {
  const isForeign = ({ ref }: Member) => adapters.get(ref)?.latest_version?.foreign != null;
  if (!form.members.some((member) => member.region && isForeign(member))) return form;
  const boxes = columns(form.members.filter((member) => !isForeign(member)).length);
  const members = form.members.map((member) => {
    if (isForeign(member)) return { ...member, region: null };
    return form.placement === "columns" ? { ...member, region: boxes.shift() ?? null } : member;
  });
  return { ...form, members };
}

function placed(form: Form): Form {
  if (form.placement === "open")
    return { ...form, members: form.members.map((m) => ({ ...m, region: null })) };
  const boxes = columns(form.members.length);
  const keep = form.placement === "boxes";
  const members = form.members.map((m, i) => ({ ...m, region: (keep && m.region) || (boxes[i] ?? null) }));
  return { ...form, members };
}

/** While the base or a member is still loading (after a reload, without a network) the last proposal stays. */
function proposed(form: Form, known: Known): Form {
  if (form.written || !isLoaded(form, known)) return form;
  const { base } = known;
  const called = [...calledBy(form.members, known)].map(([ref, trigger]) => {
    const check = known.adapters.get(ref)?.latest_version?.self_check;
    return { trigger, ...(check && { shown: check.expressions.map(({ name }) => name) }) };
  });
  const prompt =
    base?.prompt.kind === "text" ? textFor(base, called) : proposePrompt(called, base?.words ?? {});
  return prompt === form.prompt ? form : { ...form, prompt };
}

const textFor = ({ prompts }: Base, called: readonly { trigger: string }[]) =>
  called.length === 0 ? "" : promptFor(prompts.preview, called.map(({ trigger }) => trigger).join(" and "));

const isLoaded = ({ members }: Form, { base, adapters, refused }: Known) =>
  base !== null &&
  members.every(
    ({ ref, training }) => training !== undefined || adapters.has(ref) || refused?.has(ref) === true,
  );

/** By ref, the word that calls each loaded member in the prompt: its trigger, or `<ivy-2>` where an earlier one answers to it. */
export function calledBy(members: readonly Member[], known: Known): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  const taken = new Set<string>();
  for (const member of members) {
    const { ref } = member;
    const trigger = triggerOf(member, known);
    if (trigger === undefined) continue;
    let word: string = trigger;
    for (let number = 2; taken.has(word); number += 1) word = `${trigger.slice(0, -1)}-${number}>`;
    taken.add(word);
    words.set(ref, word);
  }
  return words;
}

const triggerOf = ({ ref, training }: Pick<Member, "ref" | "training">, { adapters }: Known) =>
  training?.trigger ?? adapters.get(ref)?.latest_version?.trigger;

/** `as` for a member that is not called by its own trigger. */
export function aliasOf(
  member: Pick<Member, "ref" | "training">,
  words: ReadonlyMap<string, string>,
  known: Known,
): { as?: string } {
  const word = words.get(member.ref);
  return word === undefined || word === triggerOf(member, known) ? {} : { as: word };
}

/** Whether a member is left out of the picture: muted, or another one is soloed. Its words stay, and the base alone draws them. */
export function isSilent(member: Member, members: readonly Member[]): boolean {
  return member.mode === "muted" || (member.mode !== "solo" && members.some(({ mode }) => mode === "solo"));
}

export const isPlain = (members: readonly Member[]) => members.every(({ mode }) => mode === "on");

export function generationOf(form: Form, base: string | undefined, known: Known): GenerationCreate {
  const words = calledBy(form.members, known);
  return {
    ...(base !== undefined && { base }),
    prompt: form.prompt,
    ...(form.size !== "" && { size: form.size }),
    count: form.count,
    adapters: form.members.map((member) => ({
      ...(member.training ? { training_id: member.training.id } : { ref: member.ref }),
      strength: isSilent(member, form.members) ? 0 : member.strength,
      ...(member.region && { region: member.region }),
      ...aliasOf(member, words, known),
    })),
    ...(form.sampler !== null && { sampler: form.sampler }),
    ...(form.negative.trim() !== "" && { negative_prompt: form.negative.trim() }),
    ...(form.seed !== null && { seed: form.seed }),
    ...(form.steps !== null && { steps: form.steps }),
    ...(form.guidance !== null && { guidance: form.guidance }),
    ...(form.priority && form.priority !== "normal" && { priority: form.priority }),
  };
}
