// Every D1 table. SQL is snake_case, TypeScript camelCase, and these files are the only place that maps one to the other.
// npm run x -- migration writes the next migration from them; FTS and its triggers are written by hand in 0001.

export * from "./tables/accounts.ts";
export * from "./tables/bases.ts";
export * from "./tables/blobs.ts";
export * from "./tables/catalog.ts";
export * from "./tables/credits.ts";
export * from "./tables/dispatch.ts";
export * from "./tables/moderation.ts";
export * from "./tables/people.ts";
export * from "./tables/pictures.ts";
export * from "./tables/search.ts";
export * from "./tables/webhooks.ts";
