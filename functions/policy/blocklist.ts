// Terms that are refused in prompts or names. A text is split into its words and short phrases, which are looked up in the table: the cost
// does not grow with the list, nothing is cached, and a refusal can name only what the text itself contains.

import { sql } from "drizzle-orm";
import { BLOCKED_TERM_MAX_WORDS, BLOCKED_TERMS_NAMED_MAX } from "../../schema/contract/limits.ts";
import type { blockedTerms } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { type Fault, Refusal } from "../lib/refusal.ts";

export type BlockScope = (typeof blockedTerms.$inferSelect)["scope"];
/** A place in a request, as a JSON pointer, and what is written there; nothing is asked about an absent text. */
export type Written = { pointer: string; text: string | undefined };

/** Scripts without spaces between words: each character counts as a word, so that a term is found inside a sentence. */
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}";
const WORD = new RegExp(`[${UNSPACED}]\\p{M}*|(?:(?![${UNSPACED}])[\\p{L}\\p{N}\\p{M}])+`, "gu");

/** Digits and signs that replace an alphabetic character in a word; 1 replaces either of two. */
const LOOKALIKES: Record<string, string> = {
  ...{ "0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", $: "s" },
  ...{ а: "a", е: "e", о: "o", р: "p", с: "c", х: "x", у: "y", і: "i", ѕ: "s" }, // Cyrillic
};
const SPELLED_MIN = 3;

/** NFKC, lower case, without accents and invisible characters; everything between words becomes one space. */
function normalizedWords(text: string): string[] {
  const plain = text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]|\p{Cf}/gu, "");
  return plain.normalize("NFC").match(WORD) ?? [];
}

/** The form in which a term is stored and looked up: its words with one space between. */
export const termOf = (text: string) => normalizedWords(text).join(" ");

/** The words with look-alike characters replaced and single characters joined. */
function disguisedWords(text: string, one: "i" | "l"): string[] {
  const read = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\s\p{P}]*[\p{Script=Latin}@$][^\s]*/gu, (word) =>
      /\p{Script=Latin}/u.test(word)
        ? Array.from(word, (sign) => (sign === "1" ? one : (LOOKALIKES[sign] ?? sign))).join("")
        : word,
    );
  return joinSpelled(normalizedWords(read));
}

/** "b a d" and "b.a.d" are read as "bad". */
function joinSpelled(words: readonly string[]): string[] {
  const joined: string[] = [];
  let run: string[] = [];
  const close = () => {
    joined.push(...(run.length >= SPELLED_MIN ? [run.join("")] : run));
    run = [];
  };
  for (const word of words) {
    if (word.length === 1) run.push(word);
    else {
      close();
      joined.push(word);
    }
  }
  close();
  return joined;
}

/** Every word and every phrase of up to as many words as a term may have, in all readings. */
export function phrasesOf(text: string): Set<string> {
  const phrases = new Set<string>();
  for (const words of [normalizedWords(text), disguisedWords(text, "i"), disguisedWords(text, "l")]) {
    for (let begin = 0; begin < words.length; begin++) {
      let phrase = "";
      for (const word of words.slice(begin, begin + BLOCKED_TERM_MAX_WORDS)) {
        phrase += phrase === "" ? word : ` ${word}`;
        phrases.add(phrase);
      }
    }
  }
  return phrases;
}

/** D1 takes at most 2 MB in one bound value; the longest text needs several. */
const PHRASES_A_QUERY = 10_000;

async function blockedAmong(db: Db, scope: BlockScope, phrases: readonly string[]): Promise<string[]> {
  const queries = [];
  for (let i = 0; i < phrases.length; i += PHRASES_A_QUERY) {
    const asked = JSON.stringify(phrases.slice(i, i + PHRASES_A_QUERY));
    // CROSS JOIN keeps the order: the phrases are looked up in the primary key, the table is never scanned.
    queries.push(
      sql`select distinct term from json_each(${asked}) cross join blocked_terms on scope = ${scope} and term = value limit ${BLOCKED_TERMS_NAMED_MAX}`,
    );
  }
  const found = await Promise.all(queries.map((query) => db.all<{ term: string }>(query)));
  return found.flatMap((rows) => rows.map(({ term }) => term)).slice(0, BLOCKED_TERMS_NAMED_MAX);
}

/** A refusal with the place and the term of each text that holds one; null if none does. */
export async function blockedFault(
  db: Db,
  scope: BlockScope,
  written: readonly Written[],
): Promise<Refusal | null> {
  const places = written.map(({ pointer, text }) => ({ pointer, phrases: phrasesOf(text ?? "") }));
  const terms = await blockedAmong(db, scope, [...new Set(places.flatMap(({ phrases }) => [...phrases]))]);
  const faults = places.flatMap(({ pointer, phrases }): Fault[] =>
    terms
      .filter((term) => phrases.has(term))
      .map((term) => ({ pointer, detail: `"${term}" is not wanted here.` })),
  );
  const [first] = faults;
  return first ? new Refusal("content_blocked", `${first.detail} Write it in other words.`, faults) : null;
}
