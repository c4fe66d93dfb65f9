// What was trained beside what the trained adapter generates, by expression: a sample says in its prompt what it shows, a training picture in its
// caption. Pure.

import { hasPhrase } from "../../composition/prompt.ts";

export interface Sample {
  url: string;
  /** Null where it is not known. */
  prompt: string | null;
}

export interface Trained {
  url: string;
  caption: string;
}

export interface Row {
  /** What the sample's prompt says after the trigger; empty where it says nothing, or there is no sample. */
  words: string;
  sample: Sample | null;
  trained: readonly Trained[];
}

/** Every sample and every training picture once. Pictures that no sample asks for stand beside the sample without words, or in a row of their own. */
export function sideBySide(
  trigger: string,
  samples: readonly Sample[],
  trained: readonly Trained[],
): readonly Row[] {
  const shownIn = ({ prompt }: Sample) =>
    (prompt ?? "")
      .replaceAll(trigger, "")
      .replace(/^[\s,;]+|[\s,;]+$/g, "")
      // "a <june>" says nothing of the picture.
      .replace(/^(?:a|an|the)$/i, "");
  const rows = samples.map((sample) => {
    const words = shownIn(sample);
    return { words, sample, trained: trained.filter(({ caption }) => words && hasPhrase(caption, words)) };
  });
  const placed = new Set(rows.flatMap((row) => row.trained));
  const rest = trained.filter((picture) => !placed.has(picture));
  if (rest.length === 0) return rows;
  const plain = rows.find(({ words }) => words === "");
  if (!plain) return [...rows, { words: "", sample: null, trained: rest }];
  return rows.map((row) => (row === plain ? { ...row, trained: rest } : row));
}
