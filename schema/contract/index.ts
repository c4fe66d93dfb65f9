// The contract: every resource, message, code and limit. The site and the edge import it; the runner reads the JSON Schema made from it.

export * from "./account.ts";
export * from "./adapter-file.ts";
export * from "./adapters.ts";
export * from "./bases.ts";
export * from "./codes.ts";
export * from "./collections.ts";
export * from "./compat-civitai.ts";
export * from "./compat-openai.ts";
export * from "./compat-replicate.ts";
export * from "./compositions.ts";
export * from "./ids.ts";
export * from "./jobs.ts";
export * from "./limits.ts";
export * from "./lists.ts";
export * from "./mixes.ts";
export * from "./moderation.ts";
export * from "./operations.ts";
export * from "./people.ts";
export * from "./problem.ts";
export * from "./profiles.ts";
export * from "./runner.ts";
export * from "./scans.ts";
export * from "./search.ts";
export * from "./sign-in.ts";
export * from "./uploads.ts";
export * from "./webhooks.ts";
