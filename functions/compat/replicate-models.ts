// The catalog as Replicate's models and versions. A version has the schema of its input, from which clients make forms.

import { and, desc, eq } from "drizzle-orm";
import { z } from "zod";
import {
  ReplicateInput,
  type ReplicateModel,
  type ReplicateVersion,
} from "../../schema/contract/compat-replicate.ts";
import { shortened } from "../../schema/contract/cut-text.ts";
import type { VersionRow } from "../../schema/tables.ts";
import { type OwnedAdapter, versions } from "../../schema/tables.ts";
import { findAdapter } from "../catalog/adapters.ts";
import { BASES } from "../catalog/bases.ts";
import { searchAdapters } from "../catalog/search.ts";
import { versionOfAdapter } from "../catalog/versions.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import { inList } from "../lib/in-list.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";
import { imageUrl } from "../storage/images.ts";
import { BASES_OWNER, findModel, type Model } from "./models.ts";

/** Of the tool that Replicate builds versions with. For versions before 0.3.9 clients treat every list output as a stream. */
const BUILDER = "0.9.0";
const EPOCH = isoTime(0);
const PAGE = 25;
const SEARCHED_MAX = 50;

let schema: Record<string, unknown> | undefined;

/** OpenAPI 3 as Replicate's tools expect it: components.schemas.Input and Output. */
function inputSchema(): Record<string, unknown> {
  schema ??= {
    openapi: "3.1.0",
    info: { title: "Orthoplex", version: "1" },
    paths: {},
    components: {
      schemas: {
        ...schemasOf(ReplicateInput, "Input"),
        Output: { title: "Output", type: "array", items: { type: "string", format: "uri" } },
      },
    },
  };
  return schema;
}

/** A schema and all schemas it refers to, as components of an OpenAPI document. */
function schemasOf(named: z.ZodType, title: string): Record<string, unknown> {
  const { $schema: _, $ref, $defs = {}, ...own } = z.toJSONSchema(named, { io: "input" });
  const { [$ref?.replace("#/$defs/", "") ?? ""]: root = own, ...others } = $defs;
  const schemas = JSON.stringify({ [title]: { title, ...root }, ...others });
  return JSON.parse(schemas.replaceAll("#/$defs/", "#/components/schemas/"));
}

export const versionJson = (id: string, createdAt: number | null): ReplicateVersion => ({
  id,
  created_at: createdAt === null ? EPOCH : isoTime(createdAt),
  cog_version: BUILDER,
  openapi_schema: inputSchema(),
});

export function modelJson(model: Model, origin: string): ReplicateModel {
  const none = { github_url: null, paper_url: null, default_example: null } as const;
  if (model.kind === "base") {
    const { id, title, description, licence } = model.base;
    return {
      ...none,
      url: origin,
      owner: BASES_OWNER,
      name: id,
      description: `${title}: ${description}`,
      visibility: "public",
      license_url: licenceUrl(licence.spdx),
      run_count: 0,
      cover_image_url: null,
      latest_version: versionJson(id, null),
    };
  }
  if (model.kind === "mix") {
    const { mix } = model;
    return {
      ...none,
      url: `${origin}/m/${mix.owner}/${mix.name}`,
      owner: mix.owner,
      name: mix.name,
      description: mix.description || mix.title,
      visibility: mix.visibility === "private" ? "private" : "public",
      license_url: null,
      run_count: mix.uses,
      cover_image_url: mix.coverId ? imageUrl(origin, mix.coverId) : null,
      latest_version: null,
    };
  }
  return adapterJson(model.adapter, model.version, origin);
}

function adapterJson(adapter: OwnedAdapter, version: VersionRow | null, origin: string): ReplicateModel {
  const [preview] = version?.previews ?? [];
  return {
    url: `${origin}/a/${adapter.owner}/${adapter.name}`,
    owner: adapter.owner,
    name: adapter.name,
    description: adapter.description || adapter.title,
    visibility: adapter.visibility === "private" ? "private" : "public",
    github_url: null,
    paper_url: null,
    license_url: licenceUrl(adapter.licence.spdx),
    run_count: adapter.uses,
    cover_image_url: preview ? imageUrl(origin, preview) : null,
    default_example: null,
    latest_version: version && versionJson(version.id, version.publishedAt ?? version.createdAt),
  };
}

const licenceUrl = (spdx: string) =>
  spdx.startsWith("LicenseRef-") ? null : `https://spdx.org/licenses/${spdx}.html`;

/** A model, or an adapter without a version, as models.create makes it. */
export async function findReplicateModel(
  { db, caller, origin }: { db: Db; caller: Caller | null; origin: string },
  owner: string,
  name: string,
): Promise<ReplicateModel | Refusal> {
  const model = await findModel(db, caller, `${owner}/${name}`);
  if (!(model instanceof Refusal)) return modelJson(model, origin);
  if (model.code !== "adapter_unready") return model;
  const adapter = await findAdapter(db, caller, owner, name);
  return adapter instanceof Refusal ? adapter : adapterJson(adapter, null, origin);
}

type Listed = { next: string | null; results: ReplicateModel[] };

/** Bases first, then what the catalog lists, newest first. */
export async function listModels(
  db: Db,
  caller: Caller | null,
  cursor: string | undefined,
  origin: string,
): Promise<Listed | Refusal> {
  const page = await searchAdapters(db, caller, { sort: "newest", limit: PAGE, cursor });
  if (page instanceof Refusal) return page;
  const bases = cursor === undefined ? BASES.map((base) => modelJson({ kind: "base", base }, origin)) : [];
  return { next: page.next_cursor, results: [...bases, ...(await adaptersJson(db, page.items, origin))] };
}

/** The body of a QUERY: words, all required, with spelling correction. */
export async function searchModels(
  db: Db,
  caller: Caller | null,
  q: string,
  origin: string,
): Promise<ReplicateModel[] | Refusal> {
  if (q.trim() === "") return [];
  const page = await searchAdapters(db, caller, { q, limit: SEARCHED_MAX });
  return page instanceof Refusal ? page : adaptersJson(db, page.items, origin);
}

async function adaptersJson(db: Db, found: readonly OwnedAdapter[], origin: string) {
  const rows = await db
    .select()
    .from(versions)
    .where(
      and(
        inList(
          versions.adapterId,
          found.map(({ id }) => id),
        ),
        eq(versions.state, "published"),
      ),
    )
    .orderBy(desc(versions.number))
    .all();
  return found.map((adapter) =>
    adapterJson(adapter, rows.find(({ adapterId }) => adapterId === adapter.id) ?? null, origin),
  );
}

/** Versions of a base, a mix or an adapter, newest first: for the owner drafts too. */
export async function listVersions(
  db: Db,
  caller: Caller | null,
  owner: string,
  name: string,
): Promise<ReplicateVersion[] | Refusal> {
  const model = await findModel(db, caller, `${owner}/${name}`);
  if (model instanceof Refusal) return model.code === "adapter_unready" ? [] : model;
  if (model.kind === "base") return [versionJson(model.base.id, null)];
  if (model.kind === "mix") return [];
  const rows = await db
    .select()
    .from(versions)
    .where(eq(versions.adapterId, model.adapter.id))
    .orderBy(desc(versions.number))
    .all();
  const isOwner = caller?.id === model.adapter.ownerId;
  return rows
    .filter(({ state }) => state === "published" || (isOwner && state === "draft"))
    .map((row) => versionJson(row.id, row.publishedAt ?? row.createdAt));
}

export async function findReplicateVersion(
  { db, caller }: { db: Db; caller: Caller | null },
  owner: string,
  name: string,
  id: string,
): Promise<ReplicateVersion | Refusal> {
  const all = await listVersions(db, caller, owner, name);
  if (all instanceof Refusal) return all;
  const found = all.find((version) => version.id === id);
  if (found) return found;
  const adapter = /^\d+$/.test(id) ? await findAdapter(db, caller, owner, name) : null;
  const numbered =
    adapter && !(adapter instanceof Refusal) ? await versionOfAdapter(db, caller, adapter, Number(id)) : null;
  if (numbered) return versionJson(numbered.id, numbered.publishedAt ?? numbered.createdAt);
  return refuse("not_found", `${owner}/${name} has no version ${shortened(id, 64)}.`);
}
