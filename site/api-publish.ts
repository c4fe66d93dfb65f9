// API calls of publishing: adapters, slots, versions and their statistics. Like api.ts, every call returns a Reply.

import { type AdapterCreate, call, of, type Schema, type Version } from "./api.ts";

export type SlotReservation = Schema<"SlotReservation">;
export type VersionCreate = Schema<"VersionCreate">;
export type VersionPatch = Schema<"VersionPatch">;
export type AdapterStatistics = Schema<"AdapterStatistics">;
export type ScanReport = Schema<"ScanReport">;
export type Tombstone = NonNullable<Schema<"Problem">["tombstone"]>;
export type Preview = Version["previews"][number];

const one = (version: string) => ({ params: { path: { version } } });

export const publishing = {
  createAdapter: (body: AdapterCreate) => call("post", "/v1/adapters", { body }),
  reserveSlot: (ref: string, body: Schema<"SlotRequest"> = {}) =>
    call("post", "/v1/adapters/{owner}/{name}/slot", { ...of(ref), body }),
  withdraw: (ref: string, reason: string) =>
    call("post", "/v1/adapters/{owner}/{name}/withdraw", { ...of(ref), body: { reason } }),
  statistics: (ref: string) => call("get", "/v1/adapters/{owner}/{name}/statistics", of(ref)),
  createVersion: (ref: string, body: VersionCreate) =>
    call("post", "/v1/adapters/{owner}/{name}/versions", { ...of(ref), body }),
  changeVersion: (id: string, body: VersionPatch) =>
    call("patch", "/v1/versions/{version}", { ...one(id), body }),
  yank: (id: string, reason: string) =>
    call("post", "/v1/versions/{version}/yank", { ...one(id), body: { reason } }),
};
