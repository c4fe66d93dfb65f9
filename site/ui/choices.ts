// Choices that several forms offer, with their texts. Pure.

import type { Adapter } from "../api.ts";

type Options<T extends string> = readonly (readonly [T, string])[];

export const VISIBILITIES: Options<Adapter["visibility"]> = [
  ["public", "Public"],
  ["unlisted", "Unlisted"],
  ["private", "Private"],
];
export const RATINGS: Options<Adapter["rating"]> = [
  ["general", "General"],
  ["sensitive", "Sensitive"],
  ["explicit", "Explicit"],
];
