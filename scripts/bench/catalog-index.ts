// The rows that the triggers of adapters, slots and versions write into the search index, written beside them: a million rows through triggers
// take longer than the benchmark itself. A test compares both for a small catalog. What triggers compute by views (folded and paired
// characters) is computed here; counts and indexes are made once at the end.

import type { DatabaseSync } from "node:sqlite";
import { folded } from "../../functions/catalog/search-words.ts";

export type IndexedAdapter = {
  id: string;
  ownerId: string;
  owner: string;
  name: string;
  title: string;
  description: string;
  base: string;
  concept: string;
  classWord: string;
  tags: readonly string[];
  licence: {
    spdx: string;
    credit: boolean;
    commercial_use: boolean;
    derivatives: boolean;
    different_licence: boolean;
  };
  rating: number;
  isListed: boolean;
  at: number;
  uses: number;
  likes: number;
  trend: number;
  slot: number | null;
};

/** Katakana, of which the texts without spaces are made. */
const UNSPACED = /[\u30a1-\u30fa]/;
const WORD = { least: 3, most: 32 };
/** What separates words in the view catalog_doc_words. */
const SEPARATORS = /[-_"[\],.()/:&!?\n ]/;
/** The triggers whose rows are written here. */
const REPLACED = [
  "adapters_insert",
  "slots_insert",
  "versions_revision_insert",
  "catalog_insert",
  "catalog_tags_insert",
];
/** Made again from all rows, which costs less than to keep them row by row. */
const INDEXED = ["catalog", "catalog_tags"];

const COUNTS = `
INSERT INTO catalog_counts (kind, rating, value, docs)
  SELECT 'owner', rating, owner, count(*) FROM catalog WHERE listed GROUP BY rating, owner
  UNION ALL SELECT 'tag', rating, tag, count(*) FROM catalog_tags WHERE listed GROUP BY rating, tag;
INSERT INTO catalog_cube (base, class, licence, allows, rating, docs)
  SELECT base, class, licence, allows, rating, count(*) FROM catalog WHERE listed GROUP BY base, class, licence, allows, rating;
UPDATE catalog_revision SET listing = listing + (SELECT count(*) + count(slot) FROM catalog) + (SELECT count(*) FROM versions),
  facets = facets + (SELECT count(*) + count(slot) FROM catalog);`;

/** For an empty catalog. Takes the triggers away until `finish`. */
export class CatalogIndex {
  readonly #db: DatabaseSync;
  readonly #made: string[];
  readonly #values = new Map<string, number>();
  readonly #words = new Set<string>();
  readonly #insert: Record<
    "value" | "catalog" | "text" | "word" | "trigrams" | "tag",
    ReturnType<DatabaseSync["prepare"]>
  >;
  #docs = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");
    const made = db
      .prepare(
        `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND
           ((type = 'trigger' AND name IN (${list(REPLACED)})) OR (type = 'index' AND tbl_name IN (${list(INDEXED)})))`,
      )
      .all() as { type: string; name: string; sql: string }[];
    for (const { type, name } of made) db.exec(`DROP ${type} ${name}`);
    this.#made = made.map(({ sql }) => sql);
    this.#insert = {
      value: db.prepare("INSERT INTO catalog_values (id, kind, value) VALUES (?, ?, ?)"),
      catalog:
        db.prepare(`INSERT INTO catalog (doc, adapter_id, listed, base, class, licence, owner, allows, rating, slot, published_at,
        uses, likes, trend, name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
      text: db.prepare(`INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`),
      word: db.prepare("INSERT INTO catalog_words (id, word) VALUES (?, ?)"),
      trigrams: db.prepare("INSERT INTO catalog_words_fts (rowid, word) VALUES (?, ?)"),
      tag: db.prepare(
        "INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ),
    };
  }

  add(adapter: IndexedAdapter): void {
    const { base, classWord, licence, ownerId, tags, rating } = adapter;
    const kinds = [
      ...[
        ["base", base],
        ["class", classWord.toLowerCase()],
        ["licence", licence.spdx],
        ["owner", ownerId],
      ],
      ...tags.map((tag) => ["tag", tag]),
    ] as [string, string][];
    // The trigger's UNION sorts them.
    const keys = [...new Set(kinds.map(([kind, value]) => `${kind}\0${value}`))].sort();
    for (const key of keys) this.#keepValue(key);
    const idOf = (kind: string, value: string) => this.#values.get(`${kind}\0${value}`) ?? 0;
    const doc = ++this.#docs;
    const listed = Number(adapter.isListed);
    const allows =
      Number(licence.commercial_use) +
      2 * Number(licence.derivatives) +
      4 * Number(licence.different_licence);
    const facts = [
      ...[idOf("base", base), idOf("class", classWord.toLowerCase()), idOf("licence", licence.spdx)],
      allows + 8 * Number(!licence.credit),
    ] as const;
    const [baseId, classId, licenceId, grants] = facts;
    this.#insert.catalog.run(
      ...[doc, adapter.id, listed, baseId, classId, licenceId, idOf("owner", ownerId), grants, rating],
      ...[adapter.slot, adapter.at, adapter.uses, adapter.likes, adapter.trend, adapter.name],
    );
    const { name, owner } = adapter;
    const [title, concept, word, tagText, description] = [
      ...[adapter.title, adapter.concept, classWord, JSON.stringify(tags), adapter.description].map(folded),
    ] as [string, string, string, string, string];
    this.#insert.text.run(
      ...[
        doc,
        paired(title),
        name,
        paired(concept),
        paired(word),
        paired(tagText),
        owner,
        paired(description),
      ],
    );
    if (adapter.isListed)
      this.#keepWords([title, name, concept, word, tagText, owner].join(" ").toLowerCase());
    for (const tag of new Set(tags)) {
      this.#insert.tag.run(idOf("tag", tag), doc, listed, baseId, classId, licenceId, grants, rating);
    }
  }

  /** Counts, indexes, and the triggers again. */
  finish(): void {
    this.#db.exec(COUNTS);
    for (const sql of this.#made) this.#db.exec(sql);
  }

  #keepValue(key: string): void {
    if (this.#values.has(key)) return;
    const [kind = "", value = ""] = key.split("\0");
    const id = this.#values.size + 1;
    this.#values.set(key, id);
    this.#insert.value.run(id, kind, value);
  }

  #keepWords(text: string): void {
    for (const word of text.split(SEPARATORS)) {
      const length = [...word].length;
      if (length < WORD.least || length > WORD.most || this.#words.has(word)) continue;
      this.#words.add(word);
      this.#insert.word.run(this.#words.size, word);
      this.#insert.trigrams.run(this.#words.size, `_${word}_`);
    }
  }
}

/** Characters of scripts without spaces as overlapping pairs, the last one alone, as the view catalog_terms has them. */
function paired(text: string): string {
  if (!UNSPACED.test(text)) return text;
  const characters = [...text];
  return characters
    .map((character, i) => {
      if (!UNSPACED.test(character)) return character;
      const next = characters[i + 1] ?? "";
      return ` ${character}${UNSPACED.test(next) ? next : ""} `;
    })
    .join("");
}
