// API calls of mixes, which are published compositions. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { type Composition, call, type Page, path, query } from "./api.ts";

export type Mix = contract.Mix;
export type MixWithVersions = contract.MixWithVersions;
export type MixMember = z.infer<typeof contract.MixMember>;
export type Ancestor = contract.Ancestor;
export type Rating = contract.Rating;
export type MixPublish = z.input<typeof contract.MixPublish>;
export type MixPatch = z.input<typeof contract.MixPatch>;
export type MixSort = (typeof contract.MIX_SORTS)[number];

export interface MixQuery {
  q?: string;
  base?: string;
  owner?: string;
  adapter?: string;
  rating?: string;
  sort?: MixSort;
}

interface At {
  limit?: number;
  cursor?: string;
}

const mixAt = (ref: string) => `/v1/mixes/${path(ref)}`;
/** Splits `owner/name:3` into the name and the number. */
const partsOf = (ref: string) => {
  const [name = "", number] = ref.split(":");
  return { name, number };
};

export const mixes = {
  list: (wanted: MixQuery & At) => call<Page<Mix>>("GET", `/v1/mixes${query({ ...wanted })}`),
  mix: (ref: string, signal?: AbortSignal) => {
    const { name, number } = partsOf(ref);
    return call<MixWithVersions>("GET", `${mixAt(name)}${query({ number })}`, undefined, signal);
  },
  publish: (compositionId: string, wanted: MixPublish) =>
    call<MixWithVersions>("POST", `/v1/compositions/${compositionId}/publish`, wanted),
  change: (ref: string, patch: MixPatch) => call<Mix>("PATCH", mixAt(ref), patch),
  withdraw: (ref: string) => call<Mix>("POST", `${mixAt(ref)}/withdraw`),
  fork: (ref: string, number: number) => call<Composition>("POST", `${mixAt(ref)}/fork`, { number }),
  forks: (ref: string, at: At) => call<Page<Mix>>("GET", `${mixAt(ref)}/forks${query({ ...at })}`),
};
