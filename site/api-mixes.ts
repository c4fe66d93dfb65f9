// API calls of mixes, which are published compositions. Like api.ts, every call returns a Reply.

import { type At, call, of, ownerAndName, type Schema } from "./api.ts";

export type Mix = Schema<"Mix">;
export type MixWithVersions = Schema<"MixWithVersions">;
export type MixMember = Schema<"MixMember">;
export type Ancestor = Schema<"Ancestor">;
export type Rating = Mix["rating"];
export type MixPublish = Schema<"MixPublish">;
export type MixPatch = Schema<"MixPatch">;
export type MixSort = "newest" | "most_used" | "most_liked";

export interface MixQuery {
  q?: string;
  base?: string;
  owner?: string;
  adapter?: string;
  rating?: string;
  sort?: MixSort;
}

export const mixes = {
  list: (query: MixQuery & At) => call("get", "/v1/mixes", { params: { query } }),
  /** `owner/name`, or `owner/name:3` for one version. */
  mix: (ref: string, signal?: AbortSignal) => {
    const [ownerName = "", number] = ref.split(":");
    const query = number === undefined ? {} : { number: Number(number) };
    const params = { path: ownerAndName(ownerName), query };
    return call("get", "/v1/mixes/{owner}/{name}", { params, ...(signal && { signal }) });
  },
  publish: (composition: string, body: MixPublish) =>
    call("post", "/v1/compositions/{composition}/publish", { params: { path: { composition } }, body }),
  change: (ref: string, body: MixPatch) => call("patch", "/v1/mixes/{owner}/{name}", { ...of(ref), body }),
  withdraw: (ref: string) => call("post", "/v1/mixes/{owner}/{name}/withdraw", of(ref)),
  fork: (ref: string, number: number) =>
    call("post", "/v1/mixes/{owner}/{name}/fork", { ...of(ref), body: { number } }),
  forks: (ref: string, query: At) =>
    call("get", "/v1/mixes/{owner}/{name}/forks", { params: { path: ownerAndName(ref), query } }),
};
