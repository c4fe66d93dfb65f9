// The values that a search of the catalog takes. Contains no schemas, so that pages can import it.

/** `relevance` needs `q` and is the order where `q` is given; without it the newest come first. */
export const ADAPTER_SORTS = ["relevance", "trending", "newest", "most_used", "most_liked", "name"] as const;
export type AdapterSort = (typeof ADAPTER_SORTS)[number];

/** What a licence may allow. Several at once: all of them are needed. */
export const GRANTS = ["commercial_use", "derivatives", "different_licence", "no_credit"] as const;
export type Grant = (typeof GRANTS)[number];

/** Whether an adapter must have one of the tags that are asked for, or each of them. */
export const TAG_MATCHES = ["any", "all"] as const;
export type TagMatch = (typeof TAG_MATCHES)[number];

export const FACETS = ["base", "class", "tag", "licence", "allows", "owner", "rating"] as const;
export type FacetName = (typeof FACETS)[number];
