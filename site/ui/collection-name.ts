// Derives a collection's name from its title. Pure.

import { NAME_MAX_CHARACTERS } from "../../schema/contract/limits.ts";

/** A title as a name for an address: lower case, a to z, hyphens. */
export function nameFrom(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, NAME_MAX_CHARACTERS)
    .replace(/^-+|-+$/g, "");
  return plain || "collection";
}
