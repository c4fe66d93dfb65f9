// The strength guide: one prompt and one seed, generated at strengths from 0 to above the usual. It is stored as ordinary previews of the
// version; their recipes identify them. Pure.

import type { GenerationCreate, Version } from "../../api.ts";
import type { Preview } from "../../api-publish.ts";
import { formOfRecipe } from "../../composition/recipe.ts";

export const GUIDE_STRENGTHS = [0, 0.25, 0.5, 0.75, 1] as const;
const SEED = 7;
/** Two pictures compare, one does not. */
const GUIDE_MIN = 2;

export interface GuideStep {
  strength: number;
  url: string;
}

/**
 * The orders of a guide: alike but for the strength. The words are those of a preview: what the adapter has learned to show. Its
 * owner's are for its page and count as no use; a visitor's are tries like any other.
 */
export function guideOrders(
  version: Pick<Version, "id" | "trigger" | "previews">,
  base: string,
  mine: boolean,
): GenerationCreate[] {
  const prompts = version.previews.flatMap(({ recipe }) => formOfRecipe(recipe)?.prompt ?? []);
  const prompt = prompts.find((text) => text.startsWith(version.trigger)) ?? version.trigger;
  return GUIDE_STRENGTHS.map((strength) => ({
    base,
    adapters: [{ version_id: version.id, strength }],
    prompt,
    seed: SEED,
    count: 1,
    ...(mine && { preview_of: version.id }),
  }));
}

interface Alone extends GuideStep {
  id: string;
  /** Of prompt, seed and size: what must be alike. */
  key: string;
}

function aloneOf({ id, url, recipe }: Preview): Alone[] {
  const form = formOfRecipe(recipe);
  const [member] = form?.members ?? [];
  if (!form || !member || form.members.length > 1 || form.seed === null) return [];
  return [{ id, url, strength: member.strength, key: `${form.prompt} ${form.seed} ${form.size}` }];
}

/** The guide among a version's previews: those that differ in nothing but the strength, from the weakest on. */
export function guideOf(previews: readonly Preview[]): { steps: GuideStep[]; ids: ReadonlySet<string> } {
  const groups = Map.groupBy(previews.flatMap(aloneOf), ({ key }) => key);
  const best = [...groups.values()]
    .map((group) =>
      group.filter(({ strength }, i) => group.findIndex((one) => one.strength === strength) === i),
    )
    .reduce<Alone[]>((most, group) => (group.length > most.length ? group : most), []);
  if (best.length < GUIDE_MIN) return { steps: [], ids: new Set() };
  const steps = best
    .toSorted((a, b) => a.strength - b.strength)
    .map(({ strength, url }) => ({ strength, url }));
  return { steps, ids: new Set(best.map(({ id }) => id)) };
}
