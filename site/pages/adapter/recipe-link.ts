// A preview's recipe as a link to /compose/: what the API knows of it, else what its file carries.

import { useEffect, useState } from "preact/hooks";
import type { Adapter, Version } from "../../api.ts";
import type { Preview } from "../../api-publish.ts";
import { hashOf } from "../../composition/link.ts";
import { recipeIn } from "../../composition/png-text.ts";
import { formOfRecipe } from "../../composition/recipe.ts";

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

/** Undefined until it is known, null where there is none. */
export function useRecipe(
  preview: Preview | undefined,
  adapter: Pick<Adapter, "ref">,
  version: Pick<Version, "strength"> | null,
): PreviewRecipe | null | undefined {
  const [read, setRead] = useState<{ id: string; recipe: unknown } | null>(null);
  useEffect(() => {
    if (!preview || preview.recipe) return;
    const stop = new AbortController();
    const { id, url } = preview;
    fetch(url, { signal: stop.signal, credentials: "same-origin", priority: "low" })
      .then((reply) => reply.arrayBuffer())
      .then((bytes) => setRead({ id, recipe: recipeIn(new Uint8Array(bytes)) }))
      // The page is complete without it.
      .catch(() => stop.signal.aborted || setRead({ id, recipe: null }));
    return () => stop.abort();
  }, [preview?.id]);
  if (!preview || !version) return null;
  const recipe = preview.recipe ?? (read?.id === preview.id ? read.recipe : undefined);
  if (recipe === undefined) return undefined;
  return recipeOf({ ...preview, recipe: recipe as Preview["recipe"] }, adapter, version);
}
