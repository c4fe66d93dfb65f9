// The search index of the catalog. Derived from adapters, users and slots by the triggers of 0003_search.sql; nothing else writes these. The
// same migration makes two FTS5 tables beside them: adapters_fts (rowid = doc) and catalog_words_fts (rowid = id of the word).

import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { id } from "./columns.ts";

/** The values of facets as small integers; `kind` is base, class, licence, owner (a user's id) or tag. */
export const catalogValues = sqliteTable(
  "catalog_values",
  { id: integer("id").primaryKey(), kind: text("kind").notNull(), value: text("value").notNull() },
  (t) => [uniqueIndex("catalog_values_value").on(t.kind, t.value)],
);

/** One narrow row an adapter. Each order's index carries every facet, so that walking it needs no row of the table. */
export const catalog = sqliteTable(
  "catalog",
  {
    doc: integer("doc").primaryKey(),
    adapterId: id("adapter_id", "adp").notNull(),
    /** Published and public, and its owner in good standing. */
    listed: integer("listed").notNull(),
    base: integer("base").notNull(),
    class: integer("class").notNull(),
    licence: integer("licence").notNull(),
    owner: integer("owner").notNull(),
    /** Bits in the order of GRANTS. */
    allows: integer("allows").notNull(),
    /** Place in RATINGS. */
    rating: integer("rating").notNull(),
    slot: integer("slot"),
    /** When it was first published; when it was made, for drafts. */
    publishedAt: integer("published_at").notNull(),
    uses: integer("uses").notNull(),
    likes: integer("likes").notNull(),
    trend: real("trend").notNull(),
    name: text("name").notNull(),
  },
  (t) => {
    const facets = [t.base, t.class, t.licence, t.owner, t.allows, t.rating, t.slot] as const;
    return [
      uniqueIndex("catalog_adapter").on(t.adapterId),
      index("catalog_newest").on(t.listed, t.publishedAt, t.doc, ...facets),
      index("catalog_most_used").on(t.listed, t.uses, t.doc, ...facets),
      index("catalog_most_liked").on(t.listed, t.likes, t.doc, ...facets),
      index("catalog_trending").on(t.listed, t.trend, t.doc, ...facets),
      index("catalog_name").on(t.listed, t.name, t.doc, ...facets),
      index("catalog_owner").on(t.owner, t.listed, t.base, t.class, t.licence, t.allows, t.rating, t.slot),
      index("catalog_owners").on(t.listed, t.owner, t.base, t.class, t.licence, t.allows, t.rating, t.slot),
      index("catalog_slot").on(t.listed, t.base, t.slot, t.class, t.licence, t.owner, t.allows, t.rating),
    ];
  },
);

/** A tag of a document with the document's facets beside it. Without rowid in SQL. */
export const catalogTags = sqliteTable(
  "catalog_tags",
  {
    tag: integer("tag").notNull(),
    doc: integer("doc").notNull(),
    listed: integer("listed").notNull(),
    base: integer("base").notNull(),
    class: integer("class").notNull(),
    licence: integer("licence").notNull(),
    allows: integer("allows").notNull(),
    rating: integer("rating").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.listed, t.tag, t.doc] }),
    index("catalog_tags_doc").on(t.doc, t.listed, t.tag, t.rating, t.base, t.class, t.licence, t.allows),
  ],
);

/** How many listed adapters of one rating a tag or an owner has. Without rowid in SQL. */
export const catalogCounts = sqliteTable(
  "catalog_counts",
  {
    kind: text("kind").notNull(),
    rating: integer("rating").notNull(),
    value: integer("value").notNull(),
    docs: integer("docs").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.rating, t.value] }),
    index("catalog_counts_most").on(t.kind, t.rating, t.docs),
  ],
);

/** How many listed adapters each combination of the facets with few values has. Without rowid in SQL. */
export const catalogCube = sqliteTable(
  "catalog_cube",
  {
    base: integer("base").notNull(),
    class: integer("class").notNull(),
    licence: integer("licence").notNull(),
    allows: integer("allows").notNull(),
    rating: integer("rating").notNull(),
    docs: integer("docs").notNull(),
  },
  (t) => [primaryKey({ columns: [t.rating, t.base, t.class, t.licence, t.allows] })],
);

/** Every word of a listed adapter's title, name, concept, class, tags and owner: what misspelt words are corrected to. */
export const catalogWords = sqliteTable(
  "catalog_words",
  { id: integer("id").primaryKey(), word: text("word").notNull() },
  (t) => [uniqueIndex("catalog_words_word").on(t.word)],
);

/** One row that counts up with every change of what a list shows, or of what facets count: ETags are made from it. */
export const catalogRevision = sqliteTable("catalog_revision", {
  id: integer("id").primaryKey(),
  listing: integer("listing").notNull(),
  facets: integer("facets").notNull(),
});

/** What characters of texts stand for in the search, by migration 0018: compatibility characters (NFKC), ß, and kana with their marks. Without rowid in SQL. */
export const searchFolds = sqliteTable("search_folds", {
  text: text("text").primaryKey(),
  folded: text("folded").notNull(),
});
