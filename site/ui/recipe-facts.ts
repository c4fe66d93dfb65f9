// What a recipe says beside its prompt, in a few words each. Pure.

import type { Form } from "../composition/form.ts";

type Settings = Pick<Form, "seed" | "size" | "steps" | "guidance">;

export const settingsOf = ({ seed, size, steps, guidance }: Settings): string[] => [
  ...(seed === null ? [] : [`seed ${seed}`]),
  size.replace("x", " × "),
  ...(steps === null ? [] : [`${steps} steps`]),
  ...(guidance === null ? [] : [`guidance ${guidance}`]),
];
