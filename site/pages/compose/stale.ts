// Whether a picture no longer shows what the form describes. Pure.

import type { Form } from "../../composition/form.ts";
import type { Result } from "../../workspace/document.ts";

/** A random seed is no change, and how many pictures are ordered does not alter one. */
const shape = ({ members, size, prompt, negative, steps, guidance }: Form) =>
  JSON.stringify([members, size, prompt.trim(), negative.trim(), steps, guidance]);

export function isStaleResult({ form, image }: Pick<Result, "form" | "image">, now: Form): boolean {
  if (now.seed !== null && image.seed !== null && now.seed !== image.seed) return true;
  return !isAlike(form, now);
}

/** Whether two forms describe the same picture, but for the seed. */
export const isAlike = (one: Form, other: Form): boolean => shape(one) === shape(other);
