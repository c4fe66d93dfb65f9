// Converts the compose form to a request to the worker. Pure.

import { calledBy, canvasOf, type Form, isSilent, type Known } from "../composition/form.ts";
import type { PreviewRequest } from "./messages.ts";

/** Enough for hair, faces and backgrounds; the runner's default is two to three times as many. */
const PREVIEW_STEPS = 10;
const GUIDANCE = 1;

/** Null where the form has no adapter yet, or a chosen one has not loaded. */
export function requestOf(form: Form, known: Known, seed: number): PreviewRequest | null {
  const words = calledBy(form.members, known);
  const members = form.members.flatMap((member) => {
    const { ref, region } = member;
    const strength = isSilent(member, form.members) ? 0 : member.strength;
    const adapter = known.adapters.get(ref);
    const version = adapter?.latest_version;
    return adapter && version
      ? [
          {
            trigger: words.get(ref) ?? version.trigger,
            url: version.download_url,
            title: adapter.title,
            strength,
            region,
          },
        ]
      : [];
  });
  if (members.length === 0 || form.prompt.trim() === "") return null;
  const { width, height } = canvasOf(form.size);
  const cells = Math.round(width / height);
  const guidance = form.guidance ?? known.base?.guidance.default ?? GUIDANCE;
  return { prompt: form.prompt, cells, seed, steps: PREVIEW_STEPS, guidance, members };
}
