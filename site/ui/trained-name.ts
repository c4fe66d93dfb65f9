// What a page calls a training.

import type { Training } from "../api.ts";

/** The title of the adapter that is trained; trainings that were ordered before it was kept have the line that says what is trained. */
export const trainedName = ({ title, concept }: Training["request"]): string => title ?? concept;
