// Derives a collection's name from its title. Pure.

import { nameFrom } from "./name-from.ts";

/** A title as a name for an address; a title with neither a to z nor digits is "collection". */
export const collectionNameFrom = (title: string) => nameFrom(title) || "collection";
