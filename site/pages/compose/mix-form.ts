// A mix as a compose form, and whether the form still equals the mix. Pure.

import type { GenerationCreate, Region } from "../../api.ts";
import type { MixWithVersions } from "../../api-mixes.ts";
import { EMPTY_FORM, type Form, generationOf, isPlain, type Known } from "../../composition/form.ts";
import { hashOf } from "../../composition/link.ts";

type Opened = Pick<MixWithVersions, "ref" | "number" | "members"> & { composition: { prompt: string } };

const versionRef = ({ ref, number }: Pick<Opened, "ref" | "number">) => `${ref}:${number}`;

export function formOfMix(mix: Opened): Form {
  const { prompt } = mix.composition;
  return {
    ...EMPTY_FORM,
    members: mix.members.map(({ ref, strength, region }) => ({ ref, strength, region, mode: "on" })),
    placement: mix.members.some(({ region }) => region) ? "boxes" : "open",
    prompt,
    written: prompt.trim() !== "",
    from: versionRef(mix),
  };
}

export const composeUrl = (mix: Opened) => `/compose/#${hashOf(formOfMix(mix))}`;

/** Numbers in an address are rounded. */
const SLACK = 1e-3;
const near = (a: number, b: number) => Math.abs(a - b) <= SLACK;
const sameBox = (a: Region | null, b: Region | null) =>
  a === null || b === null
    ? a === b
    : near(a.x, b.x) && near(a.y, b.y) && near(a.width, b.width) && near(a.height, b.height);

/** Whether the form has the mix's own members: same adapters, strengths and boxes. Prompt, seed and canvas do not belong to the mix. */
export function isUnchanged(form: Form, mix: Opened | null): boolean {
  if (mix === null || form.from !== versionRef(mix) || form.members.length !== mix.members.length)
    return false;
  if (!isPlain(form.members)) return false;
  return mix.members.every((member, i) => {
    const own = form.members[i];
    return (
      own !== undefined &&
      own.ref === member.ref &&
      near(own.strength, member.strength) &&
      sameBox(own.region, member.region)
    );
  });
}

/** Requests the mix by name where the members are unchanged, so that the picture counts for it. */
export function orderOf(
  form: Form,
  known: Known,
  base: string | undefined,
  mix: Opened | null,
): GenerationCreate {
  const order = generationOf(form, base, known);
  if (!isUnchanged(form, mix) || form.from === null) return order;
  const { adapters: _adapters, base: _base, ...rest } = order;
  return { ...rest, mix: form.from };
}
