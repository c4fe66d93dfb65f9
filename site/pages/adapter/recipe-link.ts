// A preview's recipe as a link to /compose/. Pure.

import type { Adapter, Version } from "../../api.ts";
import type { Preview } from "../../api-publish.ts";
import { hashOf } from "../compose/link.ts";
import { formOfRecipe } from "../compose/recipe.ts";

export interface PreviewRecipe {
  prompt: string;
  seed: number | null;
  url: string;
}

/** A recipe without adapters, like that of a training sample, uses this adapter alone. */
export function recipeOf(
  preview: Preview | undefined,
  adapter: Pick<Adapter, "ref">,
  version: Pick<Version, "strength">,
): PreviewRecipe | null {
  const form = formOfRecipe(preview?.recipe);
  if (!form) return null;
  const alone = [{ ref: adapter.ref, strength: version.strength, region: null, mode: "on" as const }];
  const whole = form.members.length > 0 ? form : { ...form, members: alone };
  return { prompt: form.prompt, seed: form.seed, url: `/compose/#${hashOf(whole)}` };
}
