// Queries of the catalog, and what comes beside the page: facets with counts, a corrected query, suggestions.

import { z } from "zod";
import { Adapter } from "./adapters.ts";
import { AdapterRef, Handle } from "./ids.ts";
import {
  COMPOSITION_MEMBERS_MAX,
  FACET_VALUES_SHOWN,
  FILTER_VALUES_MAX,
  LIST_MAX_CHARACTERS,
  SEARCH_MAX_CHARACTERS,
  SUGGESTIONS_MAX,
} from "./limits.ts";
import { pageOf, pageQuery, queryInt } from "./lists.ts";
import { Rating } from "./moderation.ts";
import { ADAPTER_SORTS, FACETS, GRANTS, TAG_MATCHES } from "./search-values.ts";
import { optionalTitle, plainText, token } from "./text.ts";

export * from "./search-values.ts";

/** As it comes, before it is taken apart. */
const list = plainText(LIST_MAX_CHARACTERS);

/** `a,b` and a parameter given twice mean the same list. */
function listOf<T extends z.ZodType<unknown, string>>(
  item: T,
  description: string,
  most = FILTER_VALUES_MAX,
) {
  return z
    .union([list, z.array(list)])
    .transform((given) => [
      ...new Set(
        [given]
          .flat()
          .flatMap((text) => text.split(","))
          .map((text) => text.trim())
          .filter((text) => text !== ""),
      ),
    ])
    .pipe(z.array(item).max(most))
    .optional()
    .meta({ description });
}

const value = token;
const either = "comma separated or repeated; any of them";

/** Filters of one facet widen it, but `allows` and `tag_match=all`; filters of different facets narrow the list. */
export const catalogFilters = {
  q: plainText(SEARCH_MAX_CHARACTERS).optional().meta({
    description: "Words; an adapter must have each of them, or one that begins so",
  }),
  base: listOf(value(64), `Bases, ${either}`),
  class: listOf(value(32), `Class words, ${either}`),
  tag: listOf(value(32), "Tags, comma separated or repeated; any of them, or all with `tag_match`"),
  tag_match: z.enum(TAG_MATCHES).optional().meta({
    description: "Whether an adapter must have `any` of the tags (the default) or `all`",
  }),
  licence: listOf(value(64), `SPDX ids, ${either}`),
  allows: listOf(z.enum(GRANTS), "What the licence must allow, comma separated or repeated; all of them"),
  owner: listOf(Handle, `Owners, ${either}. Your own handle alone lists drafts and private entries too`),
  rating: listOf(
    Rating,
    "The ratings to show, comma separated or repeated. Without it: general, and what your account shows",
  ),
  composes_with: listOf(
    AdapterRef,
    "owner/name, comma separated or repeated: only adapters of the same base that share no column with any of these",
    COMPOSITION_MEMBERS_MAX,
  ),
  slot: listOf(
    z
      .string()
      .regex(/^(?:0|[1-9][0-9]{0,14})$/, "must be a whole number in decimal digits")
      .transform(Number),
    "Slots of the one base that is given",
  ),
  slot_class: queryInt((number) => number)
    .optional()
    .meta({
      description: "A class of slots of the one base that is given",
    }),
};

export const AdapterListQuery = z.strictObject({
  ...catalogFilters,
  sort: z.enum(ADAPTER_SORTS).optional().meta({ description: "Default: relevance with q, else newest" }),
  ...pageQuery,
  cursor: token(1_500).optional().meta({
    description: "next_cursor of a page of the same filters and order",
  }),
});

const corrected = z.string().nullable().meta({
  description: "The query that was answered, where nothing had the words that were asked for",
});

export const AdapterPage = pageOf(Adapter).extend({ corrected }).meta({ id: "AdapterPage" });

export const FacetQuery = z.strictObject({
  ...catalogFilters,
  facet: listOf(z.enum(FACETS), "Which facets to count; without it all of them"),
  prefix: optionalTitle(40).optional().meta({
    description: "Only values that begin so; needs exactly one facet",
  }),
});

export const Facet = z
  .object({
    values: z.array(z.object({ value: z.string(), count: z.int() })).meta({
      description: `The ${FACET_VALUES_SHOWN} most frequent and every value that is asked for, most frequent first`,
    }),
    value_count: z.int().meta({ description: "How many values there are" }),
  })
  .meta({ id: "Facet" });
export type Facet = z.infer<typeof Facet>;

export const FacetList = z
  .object({
    total: z.int().meta({ description: "How many adapters the filters leave" }),
    facets: z.partialRecord(z.enum(FACETS), Facet).meta({
      description:
        "Counts of each facet with every other facet's filters applied; of tags with `tag_match=all` with the chosen tags too",
    }),
    composes_with: z.object({ exact: z.int(), others: z.int() }).nullable().meta({
      description:
        "Of the others of their base, under the same filters: how many share no column with these, and how many do",
    }),
    corrected,
  })
  .meta({ id: "FacetList" });
export type FacetList = z.infer<typeof FacetList>;

export const SuggestQuery = z.strictObject({
  q: plainText(SEARCH_MAX_CHARACTERS),
  rating: catalogFilters.rating,
});

export const Suggestions = z
  .object({
    corrected,
    adapters: z.array(
      z.object({
        ref: AdapterRef,
        title: z.string(),
        class_word: z.string(),
        preview_url: z.string().nullable(),
      }),
    ),
    tags: z.array(z.object({ tag: z.string(), count: z.int() })),
    owners: z.array(z.object({ handle: Handle, count: z.int() })),
  })
  .meta({ id: "Suggestions", description: `At most ${SUGGESTIONS_MAX} together` });
export type Suggestions = z.infer<typeof Suggestions>;
