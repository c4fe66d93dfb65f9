// A synthetic catalog of any size, the same for the same seed: few words, tags, classes and owners are frequent, most are rare.

import type { DatabaseSync } from "node:sqlite";
import { EMBEDDED_BASE } from "../../schema/bases/index.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import { randomOf } from "../chaos/random.ts";
import { CatalogIndex } from "./catalog-index.ts";

const SYLLABLES =
  "ba be bi bo ca co da di do fa fi ga go ha he ka ki la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to va ve vi vo za zo".split(
    " ",
  );
const KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
/** Every so many adapters have text without spaces between words. */
const UNSPACED_EVERY = 5;
const CLASSES = ["person", "dog", "cat", "style", "robot", "horse", "dragon", "car"];
const LICENCES = [
  ["CC-BY-4.0", true, true, true, true],
  ["CC0-1.0", false, true, true, true],
  ["CC-BY-NC-4.0", true, false, true, true],
  ["CC-BY-SA-4.0", true, true, true, false],
  ["CC-BY-ND-4.0", true, true, false, false],
  ["MIT", true, true, true, true],
] as const;
/** Every slot of the embedded base is taken in the synthetic catalog. */
const SLOTS = 29_791;
const BEGUN = 1_700_000_000_000;

export type Made = {
  words: string[];
  unspaced: string[];
  tags: string[];
  classes: string[];
  owners: string[];
  slotted: string[];
};

/** An element of a list by Zipf's law: the probability of place n is proportional to 1/n. */
export function frequentFirst<T>(random: () => number, list: readonly T[]): T {
  return list[Math.max(0, Math.min(list.length - 1, Math.floor(list.length ** random()) - 1))] as T;
}

const kanaWord = (random: () => number) =>
  Array.from({ length: 2 + Math.floor(random() * 3) }, () => KANA[Math.floor(random() * KANA.length)]).join(
    "",
  );

/**
 * Writes the catalog into an empty, migrated database in one transaction. By default the search index is written beside the rows
 * (catalog-index.ts); with `byTriggers` as the product does it, which takes several times as long.
 */
export function fillCatalog(
  db: DatabaseSync,
  count: number,
  seed: number,
  { byTriggers = false }: { byTriggers?: boolean } = {},
): Made {
  // The default cache of 2 MB would write each page of an index again and again. A crash loses what is only a benchmark's.
  db.exec("PRAGMA cache_size = -1000000; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY");
  const random = randomOf(seed);
  const word = () =>
    Array.from(
      { length: 2 + Math.floor(random() * 3) },
      () => SYLLABLES[Math.floor(random() * SYLLABLES.length)],
    ).join("");
  const distinct = (most: number) => [...new Set(Array.from({ length: most }, word))];
  const pick = <T>(list: readonly T[]) => frequentFirst(random, list);
  const phrase = (most: number) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(words)).join(" ");
  const words = distinct(30_000);
  const kanaRandom = randomOf(seed + 2);
  const unspaced = [...new Set(Array.from({ length: 3_000 }, () => kanaWord(kanaRandom)))];
  const run = (most: number) =>
    Array.from({ length: 1 + Math.floor(kanaRandom() * most) }, () =>
      frequentFirst(kanaRandom, unspaced),
    ).join("");
  const tags = distinct(3_000);
  const classes = [...CLASSES, ...distinct(60)];
  const owners = Array.from({ length: Math.ceil(count / 5) }, (_, i) => `${word()}${i}`);
  const slotted: string[] = [];
  const id = (kind: string, i: number) => `${kind}_${String(i).padStart(20, "0")}`;

  const user = db.prepare(
    "INSERT INTO users (id, handle, name, email, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0)",
  );
  const adapter =
    db.prepare(`INSERT INTO adapters (id, owner_id, name, title, description, base_id, concept, class_word, tags,
    licence, visibility, state, credits, rating, uses, likes, trend, created_at, updated_at, published_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'public', ?, '', ?, ?, ?, ?, ?, ?, ?)`);
  const slot = db.prepare(
    "INSERT INTO slots (id, base_id, slot, owner_id, adapter_id, reserved_at) VALUES (?, ?, ?, ?, ?, 0)",
  );
  const version =
    db.prepare(`INSERT INTO versions (id, adapter_id, number, base_id, slot, state, trigger_word, strength, changelog, previews,
    sha256, size_bytes, metadata, created_at, published_at) VALUES (?, ?, 1, ?, ?, 'published', '<x>', 1, '', '[]', ?, 1, '{}', ?, ?)`);
  db.exec("BEGIN");
  const index = byTriggers ? null : new CatalogIndex(db);
  for (const [i, handle] of owners.entries()) user.run(id("usr", i), handle, handle, `${handle}@example.com`);
  for (let i = 0; i < count; i++) {
    const owner = Math.max(0, Math.floor(owners.length ** random()) - 1);
    const base = random() < 0.6 ? EMBEDDED_BASE.id : random() < 0.7 ? "made-up-3" : "made-up-4";
    const [spdx, credit, commercial_use, derivatives, different_licence] = pick(LICENCES);
    const isUnspaced = i % UNSPACED_EVERY === 0;
    const title = isUnspaced ? `${phrase(3)} ${run(3)}` : phrase(3);
    const name = `${word()}-${i}`;
    const published = random() < 0.95;
    const chance = random();
    const rating = chance < 0.85 ? "general" : chance < 0.95 ? "sensitive" : "explicit";
    const at = BEGUN + i * 1_000;
    const licence = { spdx, credit, commercial_use, derivatives, different_licence };
    const own = [...new Set(Array.from({ length: Math.floor(random() * 8) }, () => pick(tags)))];
    const many = (most: number) => Math.floor(10 ** (random() * most)) - 1;
    const description = isUnspaced ? `${phrase(40)} ${run(40)}` : phrase(40);
    const classWord = pick(classes);
    const [uses, likes, trend] = [many(4), many(3), random() * 100];
    const ids = [id("adp", i), id("usr", owner)] as const;
    adapter.run(
      ...[...ids, name, title, description, base, title, classWord, JSON.stringify(own)],
      ...[JSON.stringify(licence), published ? "published" : "draft", rating, uses, likes, trend],
      ...[at, at, published ? at : null],
    );
    const hasSlot = base === EMBEDDED_BASE.id && slotted.length < SLOTS;
    index?.add({
      ...{ id: ids[0], ownerId: ids[1], owner: owners[owner] ?? "", name, title, description, base },
      ...{
        concept: title,
        classWord,
        tags: own,
        licence,
        rating: RATINGS.indexOf(rating),
        isListed: published,
      },
      ...{ at, uses, likes, trend, slot: hasSlot ? slotted.length : null },
    });
    if (hasSlot) {
      slot.run(id("slt", i), base, slotted.length, ids[1], ids[0]);
      slotted.push(published && rating === "general" ? `${owners[owner]}/${name}` : "");
    }
    if (published) version.run(id("ver", i), ids[0], base, i, String(i).padStart(64, "0"), at, at);
  }
  index?.finish();
  db.exec("COMMIT");
  return { words, unspaced, tags, classes, owners, slotted: slotted.filter((ref) => ref !== "") };
}
