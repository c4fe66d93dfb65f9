// The command line that trains an adapter in its slot. Pure.

import type { Adapter } from "../../api.ts";

/** In single quotes, as a POSIX shell reads it literally. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

export function trainCommand(
  { name, concept, class_word, base }: Pick<Adapter, "name" | "concept" | "class_word" | "base">,
  slot: number,
): string {
  const flags = [
    `--base ${base}`,
    `--slot ${slot}`,
    `--trigger ${quoted(`<${name}>`)}`,
    `--concept ${quoted(concept)}`,
    `--class-word ${quoted(class_word)}`,
    `--out ${name}.safetensors`,
  ];
  return `orthoplex train pictures/ ${flags.join(" ")}`;
}
