// Search suggestions: a few adapters, tags and owners that begin with what was typed.

import { sql } from "drizzle-orm";
import { SUGGESTIONS_MAX } from "../../schema/contract/limits.ts";
import { RATINGS, type Rating } from "../../schema/contract/moderation.ts";
import type { Suggestions } from "../../schema/contract/search.ts";
import type { Db } from "../db.ts";
import { Refusal } from "../lib/refusal.ts";
import { askAll } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import { listedJson } from "./adapter-json.ts";
import { ownersWith, valuesWith } from "./facets.ts";
import { searchAdapters } from "./search.ts";
import type { Viewer } from "./search-query.ts";
import { integers } from "./search-sql.ts";
import { folded } from "./search-words.ts";

const TAGS_SHOWN = 2;
const OWNERS_SHOWN = 2;

const NOTHING: Suggestions = { corrected: null, adapters: [], tags: [], owners: [] };

export async function suggestionsOf(
  { db, caller, viewer, origin }: { db: Db; caller: Caller | null; viewer: Viewer; origin: string },
  query: { q: string; rating?: Rating[] | undefined },
): Promise<Suggestions | Refusal> {
  const text = folded(query.q).trim().toLowerCase();
  if (text === "") return NOTHING;
  const rating = sql`(${integers(viewer.ratings.map((one) => RATINGS.indexOf(one)))})`;
  const [tags, owners] = await askAll<[{ tag: string; count: number }, { handle: string; count: number }]>(
    db,
    [
      sql`
      select v.value as tag, sum(n.docs) as count from catalog_counts n cross join catalog_values v on v.id = n.value
      where n.kind = 'tag' and n.rating in ${rating} and n.docs > 0 and n.value in ${valuesWith("tag", text)}
      group by v.value order by count desc, tag limit ${TAGS_SHOWN}`,
      sql`
      select u.handle, sum(n.docs) as count from catalog_counts n cross join catalog_values v on v.id = n.value
      cross join users u on u.id = v.value
      where n.kind = 'owner' and n.rating in ${rating} and n.docs > 0 and n.value in ${ownersWith(text)}
      group by u.handle order by count desc, u.handle limit ${OWNERS_SHOWN}`,
    ],
  );
  const limit = SUGGESTIONS_MAX - tags.length - owners.length;
  const page = await searchAdapters(db, caller, { ...query, limit });
  if (page instanceof Refusal) return page;
  const adapters = listedJson(page.items, origin);
  return {
    // Where a tag or an owner matches as typed, the words are not corrected.
    corrected: tags.length + owners.length > 0 ? null : page.corrected,
    adapters: adapters.map(({ ref, title, class_word, latest_version }) => ({
      ref,
      title,
      class_word,
      preview_url: latest_version?.previews[0]?.url ?? null,
    })),
    tags,
    owners,
  };
}
