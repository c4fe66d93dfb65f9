// What becomes public with a picture when it is shared, as names and texts for the person who decides. Pure.

import type { GeneratedImage, Generation } from "../../api.ts";

type Request = Pick<
  Generation["request"],
  "prompt" | "negative_prompt" | "steps" | "guidance" | "size" | "adapters"
>;

export function publicFacts(
  request: Request,
  { seed }: Pick<GeneratedImage, "seed">,
  handle: string,
): (readonly [name: string, text: string])[] {
  const { prompt, negative_prompt, steps, guidance, size, adapters } = request;
  const members = adapters.map(
    ({ ref, strength, region }) => `${ref} at ${strength}${region ? " in its box" : ""}`,
  );
  const facts: (readonly [string, string])[] = [
    ["Your name", handle],
    ["Prompt", prompt],
    ["Negative prompt", negative_prompt],
    ["Adapters", members.join(", ")],
    [
      "Settings",
      `seed ${seed ?? "unknown"}, ${steps} steps, guidance ${guidance}, ${size.replace("x", " × ")}`,
    ],
  ];
  return facts.filter(([, text]) => text !== "");
}
