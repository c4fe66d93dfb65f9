// Derives the name in an address from a title. Pure.

import { NAME_MAX_CHARACTERS } from "../../schema/contract/limits.ts";

/** `Ana Lima` -> `ana-lima`: lower case, digits and inner hyphens, as the contract requires. Empty where a title has none of them. */
export function nameFrom(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, NAME_MAX_CHARACTERS)
    .replace(/^-+|-+$/g, "");
}
