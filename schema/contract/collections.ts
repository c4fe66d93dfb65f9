// Collections, as they travel: adapters gathered by a person, in order, with their crosstalk.

import { z } from "zod";
import { Adapter, Name, Visibility } from "./adapters.ts";
import { AdapterRef, Handle, idOf, Timestamp } from "./ids.ts";
import {
  COLLECTION_ITEMS_MAX,
  COLLECTION_NOTE_MAX_CHARACTERS,
  CONFLICTS_SHOWN_MAX,
  DESCRIPTION_MAX_CHARACTERS,
  TITLE_MAX_CHARACTERS,
} from "./limits.ts";
import { pageOf } from "./lists.ts";
import { orNull } from "./nullable.ts";
import { optionalMessage, prose, title, token } from "./text.ts";

const collectionTitle = title(TITLE_MAX_CHARACTERS);
const description = prose(DESCRIPTION_MAX_CHARACTERS);

export const COLLECTION_SORTS = ["newest", "updated"] as const;

export const CollectionCreate = z
  .strictObject({
    name: Name,
    title: collectionTitle,
    description: description.default(""),
    visibility: Visibility.default("public"),
    base: token(64).optional().meta({ description: "Without it: that of the first adapter put in" }),
  })
  .meta({ id: "CollectionCreate" });

export const CollectionPatch = z
  .strictObject({
    title: collectionTitle.optional(),
    description: description.optional(),
    visibility: Visibility.optional(),
  })
  .meta({ id: "CollectionPatch" });

export const Collection = z
  .object({
    id: idOf("col"),
    ref: AdapterRef,
    owner: Handle,
    name: Name,
    title: z.string(),
    description: z.string(),
    visibility: Visibility,
    base: z.string().nullable().meta({ description: "Of all its adapters; null before the first" }),
    class: z.int().nullable().meta({
      description: "The orthogonal class of its owner's new drafts in it; null before the first of them",
    }),
    item_count: z.int(),
    covers: z.array(z.string()).meta({ description: "Pictures of its first adapters" }),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: "Collection" });
export type Collection = z.infer<typeof Collection>;

export const CollectionItem = z
  .object({
    ref: AdapterRef,
    position: z.int().nonnegative(),
    note: z.string(),
    added_at: Timestamp,
    state: z.enum(["present", "withdrawn", "removed"]),
    adapter: orNull(Adapter).meta({ description: "Null where it was withdrawn or removed" }),
  })
  .meta({ id: "CollectionItem" });
export type CollectionItem = z.infer<typeof CollectionItem>;

export const Exactness = z
  .object({
    exact: z.boolean().meta({
      description:
        "No two of its adapters act on one another: they share no column in any layer once composed, or gates keep them apart",
    }),
    classes: z.array(z.int()).meta({ description: "Classes of slots that its adapters stand in" }),
    conflict_count: z.int(),
    conflicts: z
      .array(z.object({ a: AdapterRef, b: AdapterRef, shared_columns: z.int().positive() }))
      .meta({ description: `Pairs that share columns, the worst first; at most ${CONFLICTS_SHOWN_MAX}` }),
  })
  .meta({ id: "Exactness" });
export type Exactness = z.infer<typeof Exactness>;

export const CollectionWithItems = Collection.extend({
  exactness: Exactness.meta({ description: "Of the adapters in it that hold a slot" }),
  items: z.array(CollectionItem).meta({ description: "The first page; the rest is at .../items" }),
  next_cursor: z.string().nullable(),
}).meta({ id: "CollectionWithItems" });
export type CollectionWithItems = z.infer<typeof CollectionWithItems>;

export const CollectionItemPage = pageOf(CollectionItem);

export const CollectionItemPut = z
  .strictObject({
    note: optionalMessage(COLLECTION_NOTE_MAX_CHARACTERS).optional(),
    position: z
      .int()
      .min(0)
      .max(COLLECTION_ITEMS_MAX - 1)
      .optional()
      .meta({
        description: "Where it stands, from 0; the others make room. Without it: last, or where it is",
      }),
  })
  .meta({ id: "CollectionItemPut" });
