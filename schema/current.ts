// The database as it stands, from the rows of sqlite_master: one SQL file a subject, its tables with their indexes, its views, and its triggers
// with the reason for each. Pure. The files are for reading; databases are made by the migrations.

import { getTableName, isTable } from "drizzle-orm";
import * as accounts from "./tables/accounts.ts";
import * as bases from "./tables/bases.ts";
import * as blobs from "./tables/blobs.ts";
import * as catalog from "./tables/catalog.ts";
import * as credits from "./tables/credits.ts";
import * as dispatch from "./tables/dispatch.ts";
import * as moderation from "./tables/moderation.ts";
import * as people from "./tables/people.ts";
import * as pictures from "./tables/pictures.ts";
import * as search from "./tables/search.ts";
import * as webhooks from "./tables/webhooks.ts";
import { TRIGGERS } from "./triggers.ts";

/** A row of sqlite_master. `sql` is null for an index that a key or a UNIQUE brings along. */
export type Entry = { type: string; name: string; tbl_name: string; sql: string | null };

export const ENTRIES = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";

/** What Drizzle has no words for: virtual tables and views. */
const WITHOUT_MODULE: Record<string, string> = {
  adapters_fts: "search",
  catalog_doc_words: "search",
  catalog_facts: "search",
  catalog_folded: "search",
  catalog_terms: "search",
  catalog_texts: "search",
  catalog_words_fts: "search",
  mix_folded: "search",
  mix_terms: "search",
  mixes_fts: "search",
  unspaced_characters: "search",
  job_news: "webhooks",
};
const MODULES = {
  accounts,
  bases,
  blobs,
  catalog,
  credits,
  dispatch,
  moderation,
  people,
  pictures,
  search,
  webhooks,
};

const SUBJECT_OF = new Map<string, string>([
  ...Object.entries(MODULES).flatMap(([subject, module]) =>
    Object.values(module).flatMap((value): [string, string][] =>
      isTable(value) ? [[getTableName(value), subject]] : [],
    ),
  ),
  ...Object.entries(WITHOUT_MODULE),
]);

/** Kept by SQLite for FTS5, by D1 for itself and for its migrations. */
const isInternal = ({ name, sql }: Entry) =>
  sql === null ||
  /^(sqlite_|_cf_|d1_migrations)/.test(name) ||
  /_fts_(config|content|data|docsize|idx)$/.test(name);

/** File names and their text. Throws where a table has no subject, or a trigger no reason, or a reason no trigger. */
export function currentSchema(entries: readonly Entry[]): Map<string, string> {
  const known = entries.filter((entry) => !isInternal(entry));
  const triggers = known.filter(({ type }) => type === "trigger").map(({ name }) => name);
  const explained = Object.values(TRIGGERS).flatMap((reasons) => Object.keys(reasons));
  const odd = [
    ...triggers.filter((name) => !explained.includes(name)),
    ...explained.filter((name) => !triggers.includes(name)),
  ];
  if (odd.length > 0) throw new Error(`schema/triggers.ts and the database differ in ${odd.join(", ")}`);
  return new Map(Object.keys(MODULES).map((subject) => [`${subject}.sql`, fileOf(subject, known)]));
}

function fileOf(subject: string, entries: readonly Entry[]): string {
  const ofType = (type: string) => entries.filter((entry) => entry.type === type);
  const isHere = (name: string) => subjectOf(name) === subject;
  const tables = ofType("table").filter(({ name }) => isHere(name));
  const views = ofType("view").filter(({ name }) => isHere(name));
  const parts = [
    `-- ${subject}: the database as it stands after all migrations. Written by \`npm run x -- schema\`; not to be edited.`,
    ...tables.map((table) =>
      [table, ...ofType("index").filter(({ tbl_name }) => tbl_name === table.name)].map(statement).join("\n"),
    ),
    ...views.map(statement),
    ...Object.entries(TRIGGERS[subject] ?? {}).map(([name, reason]) => {
      const found = ofType("trigger").find((trigger) => trigger.name === name);
      return `-- ${reason}\n${found ? statement(found) : ""}`;
    }),
  ];
  return `${parts.join("\n\n")}\n`;
}

function subjectOf(table: string): string {
  const subject = SUBJECT_OF.get(table);
  if (subject === undefined) throw new Error(`schema/current.ts knows no subject for ${table}`);
  return subject;
}

/** SQLite keeps the text of a statement as it was written, and puts added columns behind it. */
const statement = ({ sql }: Entry) => `${(sql ?? "").replaceAll("\t", "  ").trim()};`;
