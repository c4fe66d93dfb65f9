// API calls of publishing: adapters, slots, versions and their statistics. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { type Adapter, type AdapterCreate, call, path, type Version } from "./api.ts";

export type SlotReservation = z.infer<typeof contract.SlotReservation>;
export type VersionCreate = z.input<typeof contract.VersionCreate>;
export type VersionPatch = z.input<typeof contract.VersionPatch>;
export type AdapterStatistics = contract.AdapterStatistics;
export type ScanReport = contract.ScanReport;
export type Tombstone = contract.Tombstone;
export type Preview = Version["previews"][number];

const at = (ref: string) => `/v1/adapters/${path(ref)}`;

export const publishing = {
  createAdapter: (wanted: AdapterCreate) => call<Adapter>("POST", "/v1/adapters", wanted),
  reserveSlot: (ref: string, wanted: { slot?: number; collection?: string } = {}) =>
    call<SlotReservation>("POST", `${at(ref)}/slot`, wanted),
  withdraw: (ref: string, reason: string) => call<Adapter>("POST", `${at(ref)}/withdraw`, { reason }),
  statistics: (ref: string) => call<AdapterStatistics>("GET", `${at(ref)}/statistics`),
  createVersion: (ref: string, wanted: VersionCreate) => call<Version>("POST", `${at(ref)}/versions`, wanted),
  changeVersion: (id: string, patch: VersionPatch) => call<Version>("PATCH", `/v1/versions/${id}`, patch),
  yank: (id: string, reason: string) => call<Version>("POST", `/v1/versions/${id}/yank`, { reason }),
};
