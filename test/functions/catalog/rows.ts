// Many adapters at once, written as rows, for tests of the search. Triggers index them as they index those of the API.

import { clearAnswers } from "../../../functions/catalog/kept-answers.ts";
import { newId } from "../../../functions/lib/ids.ts";
import { db } from "../cast.ts";

export type RowInput = {
  owner?: string;
  name: string;
  title?: string;
  concept?: string;
  description?: string;
  base?: string;
  class?: string;
  tags?: string[];
  spdx?: string;
  permissions?: Partial<Record<"credit" | "commercial_use" | "derivatives" | "different_licence", boolean>>;
  rating?: "general" | "sensitive" | "explicit";
  visibility?: "public" | "unlisted" | "private";
  state?: "draft" | "published" | "withdrawn" | "removed";
  uses?: number;
  likes?: number;
  trend?: number;
  slot?: number | undefined;
  at?: number;
};

let clock = 1_700_000_000_000;

export async function owners(...handles: string[]): Promise<void> {
  await db().batch(
    handles.map((handle) =>
      db()
        .prepare(
          "INSERT INTO users (id, handle, name, email, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)",
        )
        .bind(`usr_${handle.padEnd(20, "0")}`, handle, handle, `${handle}@rows.example`),
    ),
  );
}

/** Publishes rows; ids by name. The owners must be there. */
export async function rows(inputs: readonly RowInput[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const statements = inputs.flatMap((input) => {
    const at = input.at ?? clock++;
    const id = newId("adp", at);
    ids.set(input.name, id);
    const state = input.state ?? "published";
    const licence = {
      spdx: input.spdx ?? "CC-BY-4.0",
      credit: true,
      commercial_use: true,
      derivatives: true,
      different_licence: true,
      ...input.permissions,
    };
    const adapter = db()
      .prepare(`INSERT INTO adapters (id, owner_id, name, title, description, base_id, concept, class_word, tags, licence,
          visibility, state, credits, rating, uses, likes, trend, created_at, updated_at, published_at)
        VALUES (?1, (SELECT id FROM users WHERE handle = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, '', ?13, ?14, ?15, ?16, ?17, ?17, ?18)`)
      .bind(
        id,
        input.owner ?? "ana",
        input.name,
        input.title ?? input.name,
        input.description ?? "",
        input.base ?? "cast-3",
        input.concept ?? input.name,
        input.class ?? "person",
        JSON.stringify(input.tags ?? []),
        JSON.stringify(licence),
        input.visibility ?? "public",
        state,
        input.rating ?? "general",
        input.uses ?? 0,
        input.likes ?? 0,
        input.trend ?? 0,
        at,
        state === "draft" ? null : at,
      );
    if (input.slot === undefined) return [adapter];
    const slot = db()
      .prepare(
        "INSERT INTO slots (id, base_id, slot, owner_id, adapter_id, reserved_at) SELECT ?, base_id, ?, owner_id, id, 0 FROM adapters WHERE id = ?",
      )
      .bind(newId("slt", at), input.slot, id);
    return [adapter, slot];
  });
  for (let i = 0; i < statements.length; i += 200) await db().batch(statements.slice(i, i + 200));
  return ids;
}

/** Puts the titles of these adapters and of all mixes into the full text as they stand, as before a migration that changes what it holds. */
export async function indexedPlainly(found: readonly { doc: number; id: string }[]): Promise<void> {
  await db().batch([
    ...found.flatMap(({ doc, id }) => [
      db().prepare("DELETE FROM adapters_fts WHERE rowid = ?").bind(doc),
      db()
        .prepare("INSERT INTO adapters_fts (rowid, title) SELECT ?, title FROM adapters WHERE id = ?")
        .bind(doc, id),
    ]),
    db().prepare("DELETE FROM mixes_fts"),
    db().prepare("INSERT INTO mixes_fts (mix_id, title) SELECT id, title FROM mixes"),
  ]);
  clearAnswers();
}

/** Runs what a migration does with the rows that are there already. It comes with a deploy, whose isolates have kept no answer. */
export async function reindexed(migration: string): Promise<void> {
  const again = migration.slice(migration.indexOf("-- What is there already"));
  const statements = again.split(/;\n/).filter((part) => part.trim() !== "");
  await db().batch(statements.map((part) => db().prepare(part)));
  clearAnswers();
}
