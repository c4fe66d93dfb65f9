// From the compose form to what the worker draws. Pure.

import { canvasOf, type Form, type Known } from "../pages/compose/form.ts";
import type { DrawRequest } from "./messages.ts";

/** Enough for hair, faces and places; the runner's default is two to three times as many. */
export const PREVIEW_STEPS = 10;
const GUIDANCE = 1;

/** Null where nobody of the catalog is in the form yet, or what was picked has not arrived. */
export function requestOf(form: Form, known: Known, seed: number): DrawRequest | null {
  const members = form.members.flatMap(({ ref, strength, region }) => {
    const adapter = known.adapters.get(ref);
    const version = adapter?.latest_version;
    return adapter && version
      ? [{ trigger: version.trigger, url: version.download_url, title: adapter.title, strength, region }]
      : [];
  });
  if (members.length === 0 || form.prompt.trim() === "") return null;
  const { width, height } = canvasOf(form.size);
  const cells = Math.round(width / height);
  const guidance = form.guidance ?? known.base?.guidance.default ?? GUIDANCE;
  return { prompt: form.prompt, cells, seed, steps: PREVIEW_STEPS, guidance, members };
}

/** Whether a drawn preview still shows what the form says; a random seed is no change. */
export function isStale(drawn: DrawRequest, now: DrawRequest | null, seedIsChosen: boolean): boolean {
  const seed = seedIsChosen ? (now?.seed ?? drawn.seed) : drawn.seed;
  return JSON.stringify(drawn) !== JSON.stringify(now && { ...now, seed });
}
