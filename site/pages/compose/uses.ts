// Copies parts of a finished picture's order back into the form: seed, prompt, members or everything. Pure.

import type { Change, Form } from "../../composition/form.ts";
import type { Result } from "../../workspace/document.ts";

export const USES = [
  ["seed", "Seed"],
  ["prompt", "Prompt"],
  ["members", "Members and boxes"],
  ["all", "Everything"],
] as const;
export type Use = (typeof USES)[number][0];

export function takenFrom(
  use: Use,
  { form: from, image }: Pick<Result, "form" | "image">,
  now: Form,
): Change {
  switch (use) {
    case "seed":
      return { type: "set", values: { seed: image.seed } };
    case "prompt":
      return { type: "prompt", prompt: from.prompt };
    case "members": {
      const { members, placement, size } = from;
      return { type: "restore", form: { ...now, members, placement, size }, label: "Use members and boxes" };
    }
    case "all":
      return {
        type: "restore",
        form: { ...from, seed: image.seed, count: now.count, written: from.prompt.trim() !== "" },
        label: "Use everything of a picture",
      };
  }
}
