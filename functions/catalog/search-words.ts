// The words of a search: how they become FTS5 expressions, and how far a misspelt word is from a known one. Pure.

import { SEARCH_WORDS_MAX } from "../../schema/contract/limits.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

/** Shorter words have too few letters to tell a slip from another word. */
export const CORRECTED_WORD_MIN = 3;
/** What a word of the catalog's word list may have; a longer one is no word of a language. */
export const CORRECTED_WORD_MAX = 32;

/** Letters, digits and the marks on them; anything else only parts words, so that no operator of FTS5 is within reach. */
export function wordsOf(text: string): string[] {
  return text.normalize("NFC").match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}

export function searchWords(text: string | undefined): string[] | Refusal {
  const words = wordsOf(text ?? "");
  if (words.length <= SEARCH_WORDS_MAX) return words;
  return refuse(
    "request_invalid",
    `must have at most ${SEARCH_WORDS_MAX} words; it has ${words.length}`,
    "?q",
  );
}

/** All words required, each as a prefix. One Latin letter or digit begins too much to say anything: it counts as a whole word. */
export function matchWords(words: readonly string[]): string | null {
  if (words.length === 0) return null;
  return words.map((word) => (/^[a-z0-9]$/i.test(word) ? `"${word}"` : `"${word}"*`)).join(" ");
}

/** Null if there is no word. */
export const matchExpression = (text: string | undefined) => matchWords(wordsOf(text ?? ""));

/**
 * Where the words were found, best first: in the title or name, in what names the concept, anywhere. FTS5's bm25 is no sort key
 * for pages: every insert moves the scores of all rows. These steps depend on the row alone.
 */
export const TIERS = ["{title name}", "{title name concept class_word tags owner}"] as const;
export const tierExpression = (columns: string, match: string) => `${columns} : (${match})`;

/** Lower case without marks, as the index folds it. */
export function fold(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The overlapping threes of a word with its edges marked, as FTS5 expressions. */
export function trigramsOf(word: string): string[] {
  const letters = [...`_${fold(word)}_`];
  return [...new Set(letters.slice(2).map((_, i) => `"${letters.slice(i, i + 3).join("")}"`))];
}

/** How many slips of the pen a word of this length may hold. */
export const editsAllowed = (word: string) => ([...word].length <= 4 ? 1 : 2);

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(first: string, second: string): number {
  const [a, b] = [[...first], [...second]];
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

export type Candidate = { word: string; edits: number };

/** The nearest known words, nearest first; those that share the first letter come before others as near. */
export function nearest(word: string, known: readonly string[], most: number): Candidate[] {
  const wanted = fold(word);
  const first = (candidate: Candidate) => (candidate.word[0] === wanted[0] ? 0 : 1);
  return [...new Set(known.map(fold))]
    .map((candidate) => ({ word: candidate, edits: editDistance(wanted, candidate) }))
    .filter(({ edits }) => edits > 0 && edits <= editsAllowed(wanted))
    .sort((a, b) => a.edits - b.edits || first(a) - first(b) || (a.word < b.word ? -1 : 1))
    .slice(0, most);
}
