// Captions from the base's own words: proposed from a file's name, and checked for words that exclude each other. Pure.

import { EXCLUSIVE, hasPhrase, phraseOf } from "../../composition/prompt.ts";

type Words = Record<string, readonly string[]>;

/** Groups that say what differs between pictures of one concept. */
const PROPOSED = ["expression", "background"];

/** What cameras, browsers and copies call a file: nothing that is seen in it. */
const NAMELESS =
  /^(?:img|image|images|dsc|dscf|dscn|pxl|mvimg|gopr|screenshot|screen|shot|photo|pic|picture|unnamed|untitled|download|copy|of|final|new|scan)$/i;

/** "ana-smiling-02.png" proposes "smiling". Empty where the name says nothing that the base knows; without `words`, on a base of free text, the name's own. */
export function captionFrom(name: string, words: Words | null): string {
  const stem = name.replace(/\.[^.]*$/, "");
  if (words === null) return textIn(stem);
  const text = stem.replace(/[^a-z]+/gi, " ");
  const found = PROPOSED.flatMap((group) => {
    const word = (words[group] ?? []).find((each) => hasPhrase(text, each));
    return word === undefined ? [] : [phraseOf(group, word)];
  });
  return found.join(", ");
}

function textIn(stem: string): string {
  const words = stem.split(/[^\p{L}\p{M}]+/u).filter((word) => word.length > 1 && !NAMELESS.test(word));
  return words.join(" ").toLowerCase();
}

/** Two words of one group cannot both be true of one picture. Null where the caption holds together. */
export function contradictionIn(caption: string, words: Words): string | null {
  for (const [group, all] of Object.entries(words)) {
    if (!EXCLUSIVE.has(group)) continue;
    const found = all.filter((word) => hasPhrase(caption, phraseOf(group, word)));
    // "sky" is part of "sky hills": the longer one says it all.
    const whole = found.filter((word) => !found.some((other) => other !== word && hasPhrase(other, word)));
    if (whole.length > 1) return `${whole.slice(0, 2).join(" and ")} exclude each other.`;
  }
  return null;
}
