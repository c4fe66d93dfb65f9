// Spelling correction: each word that no listed adapter has is replaced by the nearest one that some have. The cost is bounded by the number
// of words and candidates, not by the size of the catalog.

import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../db.ts";
import { askAll } from "../lib/statement.ts";
import { ownOf, type Search, textCountSql } from "./search-sql.ts";
import {
  CORRECTED_WORD_MAX,
  CORRECTED_WORD_MIN,
  editsAllowed,
  matchWords,
  nearest,
  trigramsOf,
} from "./search-words.ts";

/** How many known words, those with most trigrams in common, are compared by edit distance. */
const NEIGHBOURS_MEASURED = 500;
/** The number of nearest words that are counted; the most frequent one is chosen. */
const CANDIDATES_COUNTED = 6;
const COUNTED_TO = 200;

/** The corrected words, or null if no correction finds anything. */
export async function mend(db: Db, search: Search, words: readonly string[]): Promise<string | null> {
  const counts = await countsOf(
    db,
    search,
    words.map((word) => [word]),
    1,
  );
  const corrected: string[] = [];
  for (const [i, word] of words.entries()) {
    if (counts[i] === 0) {
      const better = await meant(db, search, word);
      if (better === null) return null;
      corrected.push(better);
    } else {
      corrected.push(word);
    }
  }
  const [found] = await countsOf(db, search, [corrected], 1);
  return found === 0 || corrected.every((word, i) => word === words[i]) ? null : corrected.join(" ");
}

async function meant(db: Db, search: Search, word: string): Promise<string | null> {
  const length = [...word].length;
  if (length < CORRECTED_WORD_MIN || length > CORRECTED_WORD_MAX) return null;
  const known = await db.all<{ word: string }>(neighboursSql(word));
  const candidates = nearest(
    word,
    known.map((row) => row.word),
    CANDIDATES_COUNTED,
  );
  const counts = await countsOf(
    db,
    search,
    candidates.map((candidate) => [candidate.word]),
    COUNTED_TO,
  );
  const best = candidates
    .map((candidate, i) => ({ ...candidate, docs: counts[i] ?? 0 }))
    .filter(({ docs }) => docs > 0)
    .sort((a, b) => a.edits - b.edits || b.docs - a.docs)[0];
  return best?.word ?? null;
}

/** Words of the catalog of about this length, by how many trigrams they share with this one. */
export function neighboursSql(word: string): SQL {
  const length = [...word].length;
  const [shortest, longest] = [length - editsAllowed(word), length + editsAllowed(word)];
  return sql`select w.word from (
      select f.rowid as id, count(*) as shared
      from json_each(${JSON.stringify(trigramsOf(word))}) j cross join catalog_words_fts f
      where catalog_words_fts match j.value group by f.rowid
    ) n cross join catalog_words w on w.id = n.id
    where length(w.word) between ${shortest} and ${longest}
    order by n.shared desc, n.id limit ${NEIGHBOURS_MEASURED}`;
}

async function countsOf(db: Db, search: Search, texts: readonly string[][], most: number): Promise<number[]> {
  const queries = texts.map((words) => textCountSql(matchWords(words) ?? "", ownOf(search), most));
  const counted = await askAll<{ docs: number }[]>(db, queries);
  return counted.map(([row]) => row?.docs ?? 0);
}
