// The words of a search as FTS5 expressions, and the edit distance between a misspelt word and a known one. Pure.

import { SEARCH_WORDS_MAX } from "../../schema/contract/limits.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";

/** In shorter words a misspelling cannot be distinguished from another word. */
export const CORRECTED_WORD_MIN = 3;
/** The longest word in the catalog's word list; a longer one is no word of a language. */
export const CORRECTED_WORD_MAX = 32;

/** Compatibility characters as what they stand for, as the views catalog_folded and mix_folded hold them: ＩＶＹ as IVY, ｶﾅ as カナ. */
export const folded = (text: string) => text.normalize("NFKC").replace(/[ßẞ]/g, "ss");

/** Alphabetic characters, digits and combining marks; all else separates words, so that no FTS5 operator can be injected. */
export function searchTerms(text: string): string[] {
  return folded(text).match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}

export function searchWords(text: string | undefined): string[] | Refusal {
  const words = searchTerms(text ?? "");
  if (words.length <= SEARCH_WORDS_MAX) return words;
  return refuse(
    "request_invalid",
    `must have at most ${SEARCH_WORDS_MAX} words; it has ${words.length}`,
    "?q",
  );
}

/**
 * Characters of scripts that put no spaces between words (Thai, Lao, Myanmar, Khmer, kana, Han), and Hangul. The index holds their runs as
 * overlapping pairs, the last character alone, without marks: the view unspaced_characters has the same characters and marks.
 */
const UNSPACED =
  /(?=[\p{L}\p{Nl}])[\u0e01-\u0edf\u1000-\u108e\u1780-\u17dc\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufad9\uff66-\uff9f\u{20000}-\u{323af}]/u;

/** A word as FTS5 expressions: each of its runs of unspaced characters as a phrase of pairs, anything else as a prefix. */
function matchWord(word: string): string[] {
  if (!UNSPACED.test(word)) return [/^[a-z0-9]$/i.test(word) ? `"${word}"` : `"${word}"*`];
  return runsOf(word).map(({ unspaced, text }) => {
    const characters = [...text];
    if (!unspaced || characters.length === 1) return `"${text}"*`;
    return `"${characters
      .slice(1)
      .map((character, i) => `${characters[i]}${character}`)
      .join(" ")}"`;
  });
}

function runsOf(word: string): { unspaced: boolean; text: string }[] {
  const runs: { unspaced: boolean; text: string }[] = [];
  for (const character of word) {
    const last = runs.at(-1);
    const isMark = /\p{M}/u.test(character);
    if (isMark && last?.unspaced) continue;
    const unspaced = UNSPACED.test(character);
    if (last?.unspaced === unspaced) last.text += character;
    else runs.push({ unspaced, text: character });
  }
  return runs;
}

/**
 * All words required, each as a prefix, those of unspaced scripts anywhere in their run. A single Latin character or digit is a prefix
 * of too many words: it counts as a whole word.
 */
export function matchWords(words: readonly string[]): string | null {
  if (words.length === 0) return null;
  return words.flatMap(matchWord).join(" ");
}

/** Null if there is no word. */
export const matchExpression = (text: string | undefined) => matchWords(searchTerms(text ?? ""));

/**
 * The field that matched, best first: title or name, then concept, then any. FTS5's bm25 is no sort key
 * for pages: every insert moves the scores of all rows. These tiers depend on the row alone.
 */
export const TIERS = ["{title name}", "{title name concept class_word tags owner}"] as const;
export const tierExpression = (columns: string, match: string) => `${columns} : (${match})`;

/** Lower case without marks, as the index folds it. */
export function fold(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The trigrams of a word with its edges marked, as FTS5 expressions. */
export function trigramsOf(word: string): string[] {
  const characters = [...`_${fold(word)}_`];
  return [...new Set(characters.slice(2).map((_, i) => `"${characters.slice(i, i + 3).join("")}"`))];
}

/** How many edits a correction of a word of this length may have. */
export const editsAllowed = (word: string) => ([...word].length <= 4 ? 1 : 2);

/** Insertions, deletions, replacements and transpositions between two words (optimal string alignment). */
function editDistance(first: string, second: string): number {
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

/** The nearest known words, nearest first; at equal distance those with the same first character come first. */
export function nearest(word: string, known: readonly string[], most: number): Candidate[] {
  const wanted = fold(word);
  const first = (candidate: Candidate) => (candidate.word[0] === wanted[0] ? 0 : 1);
  return [...new Set(known.map(fold))]
    .map((candidate) => ({ word: candidate, edits: editDistance(wanted, candidate) }))
    .filter(({ edits }) => edits > 0 && edits <= editsAllowed(wanted))
    .sort((a, b) => a.edits - b.edits || first(a) - first(b) || (a.word < b.word ? -1 : 1))
    .slice(0, most);
}
