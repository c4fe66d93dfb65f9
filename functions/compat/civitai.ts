// Civitai's API over our catalog. Public data only: its clients send Civitai's keys, if any.

import { eq } from "drizzle-orm";
import type {
  CivitaiHashNumber,
  CivitaiMini,
  CivitaiModel,
  CivitaiQuery,
  CivitaiVersion,
} from "../../schema/contract/compat-civitai.ts";
import { shortened } from "../../schema/contract/cut-text.ts";
import { RATINGS } from "../../schema/contract/moderation.ts";
import type { AdapterSort } from "../../schema/contract/search.ts";
import { adapters, type OwnedAdapter, users } from "../../schema/tables.ts";
import { adaptersJson } from "../catalog/adapter-json.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { lookUpHashes, versionByHash } from "../catalog/hashes.ts";
import { searchAdapters } from "../catalog/search.ts";
import { findOpenVersion, type VersionWithAdapter } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { miniOf, modelJson, versionOfModel } from "./civitai-json.ts";
import { adapterIdOf, numberOf, versionIdOf } from "./numeric-ids.ts";

const SORTS: Record<NonNullable<CivitaiQuery["sort"]>, AdapterSort> = {
  "Highest Rated": "most_liked",
  "Most Downloaded": "most_used",
  Newest: "newest",
};

export async function listModels(
  db: Db,
  query: CivitaiQuery,
  origin: string,
): Promise<{ items: CivitaiModel[]; nextCursor: string | null } | Refusal> {
  if (query.types && query.types.length > 0 && !query.types.includes("LORA"))
    return { items: [], nextCursor: null };
  const words = query.query?.trim() ? query.query : undefined;
  const filters = {
    q: words,
    base: query.baseModels,
    tag: query.tag === undefined ? undefined : [query.tag.toLowerCase()],
    owner: query.username === undefined ? undefined : [query.username.toLowerCase()],
    rating: query.nsfw === "true" ? [...RATINGS] : ["general" as const],
  };
  const sort = query.sort ? SORTS[query.sort] : words ? "relevance" : "most_liked";
  const { limit, cursor } = query;
  const page = await searchAdapters(db, null, { ...filters, sort, limit, cursor });
  if (page instanceof Refusal) return page;
  const found = await adaptersJson(db, page.items, null, origin);
  return { items: found.map(modelJson), nextCursor: page.next_cursor };
}

export async function getModel(db: Db, given: string, origin: string): Promise<CivitaiModel | Refusal> {
  const id = await adapterIdOf(db, given);
  const named = id && (await nameOf(db, id));
  const unknown = refuse("not_found", `No model with id ${shortened(given, 40)}`);
  if (!named) return unknown;
  const adapter = await findAdapter(db, null, named.owner, named.name);
  if (adapter instanceof Refusal) return adapter.code === "not_found" ? unknown : adapter;
  const [json] = await adaptersJson(db, [adapter], null, origin);
  return json ? modelJson(json) : unknown;
}

async function nameOf(db: Db, id: OwnedAdapter["id"]) {
  return db
    .select({ owner: users.handle, name: adapters.name })
    .from(adapters)
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(eq(adapters.id, id))
    .get();
}

export async function getVersion(db: Db, given: string, origin: string): Promise<CivitaiVersion | Refusal> {
  const id = await versionIdOf(db, given);
  const unknown = refuse("not_found", `No model version with id ${shortened(given, 40)}`);
  if (!id) return unknown;
  const found = await findOpenVersion(db, null, id);
  if (found instanceof Refusal) return found.code === "not_found" ? unknown : found;
  return (await versionJson(db, found, origin)) ?? unknown;
}

export async function getVersionByHash(
  db: Db,
  hash: string,
  origin: string,
): Promise<CivitaiVersion | Refusal> {
  const unknown = refuse("not_found", `No model version with hash ${hash}`);
  const found = await versionByHash(db, null, hash);
  if (found instanceof Refusal) return found.code === "not_found" ? unknown : found;
  return (await versionJson(db, found, origin)) ?? unknown;
}

/** Those that are known, in the order asked. */
export async function getVersionsByHash(
  db: Db,
  hashes: readonly string[],
  origin: string,
): Promise<CivitaiVersion[]> {
  const answers = await lookUpHashes(db, null, hashes);
  const found = answers.flatMap((answer) => answer.found ?? []);
  const json = await Promise.all(found.map((each) => versionJson(db, each, origin)));
  return json.flatMap((version) => version ?? []);
}

/** The numbers of those that are known, in the order asked. */
export async function numbersByHash(db: Db, hashes: readonly string[]): Promise<CivitaiHashNumber[]> {
  const answers = await lookUpHashes(db, null, hashes);
  return answers.flatMap(({ hash, found }) =>
    found ? [{ modelVersionId: numberOf(found.version.id), hash: hash.toUpperCase() }] : [],
  );
}

/** `fileNumber` may name the one file that there is. */
export async function getMini(
  db: Db,
  given: string,
  fileNumber: number | undefined,
  origin: string,
): Promise<CivitaiMini | Refusal> {
  const version = await getVersion(db, given, origin);
  if (version instanceof Refusal) return version;
  if (fileNumber !== undefined && !version.files.some(({ id }) => id === fileNumber)) {
    return refuse("not_found", `Model file ${fileNumber} is not of version ${version.id}`);
  }
  return miniOf(version);
}

async function versionJson(
  db: Db,
  { adapter, version }: VersionWithAdapter,
  origin: string,
): Promise<CivitaiVersion | null> {
  const [json] = await adaptersJson(db, [adapter], null, origin);
  return json ? versionOfModel(json, version.id) : null;
}
