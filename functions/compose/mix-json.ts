// Mixes as the contract shows them: rows in, JSON out, with a fixed number of queries per page.

import { desc, eq } from "drizzle-orm";
import type { Mix, MixWithVersions } from "../../schema/contract/mixes.ts";
import { compositions, type ImageRow, type MixVersionRow, type OwnedMix } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime } from "../lib/clock.ts";
import type { Caller } from "../rights/rights.ts";
import { imagesById, pictureJson } from "../storage/images.ts";
import { type CompositionView, compositionJson } from "./compositions.ts";
import { ancestorsOf } from "./forks.ts";
import { factsOf, memberJson, previewsOf } from "./member-facts.ts";
import { type FoundMix, isVersion, mixRef, newestVersions } from "./mixes.ts";

/** The address to share: a page that other sites can preview. */
const shareUrl = (origin: string, ref: string) => `${origin}/m/${ref}`;

/** A list of mixes, each with its newest version. */
export async function mixesJson(
  db: Db,
  found: readonly OwnedMix[],
  caller: Caller | null,
  origin: string,
): Promise<Mix[]> {
  const newest = await newestVersions(db, found);
  const shown = found.flatMap((mix) => {
    const version = newest.get(mix.id);
    return version ? [{ mix, version }] : [];
  });
  return manyJson(db, shown, caller, origin);
}

async function manyJson(
  db: Db,
  shown: readonly FoundMix[],
  caller: Caller | null,
  origin: string,
): Promise<Mix[]> {
  const facts = await factsOf(
    db,
    shown.flatMap(({ version }) => version.members),
  );
  const covers = shown.flatMap(({ mix }) => (mix.coverId === null ? [] : [mix.coverId]));
  const [previews, pictures] = await Promise.all([previewsOf(db, facts), imagesById(db, covers)]);
  return shown.map(({ mix, version }) => {
    const members = version.members.map((member) =>
      memberJson({ caller, origin }, member, facts.get(member.version_id), previews),
    );
    const portrait = members.find((member) => member.preview)?.preview ?? null;
    return mixJson(mix, version, { members, cover: pictures.get(mix.coverId ?? ""), portrait, origin });
  });
}

function mixJson(
  mix: OwnedMix,
  version: MixVersionRow,
  {
    members,
    cover,
    portrait,
    origin,
  }: { members: Mix["members"]; cover: ImageRow | undefined; portrait: Mix["cover"]; origin: string },
): Mix {
  return {
    id: mix.id,
    ref: mixRef(mix),
    owner: mix.owner,
    name: mix.name,
    title: mix.title,
    description: mix.description,
    base: mix.baseId,
    visibility: mix.visibility,
    state: mix.state,
    rating: mix.rating,
    cover: cover ? pictureJson(cover, origin) : portrait,
    number: version.number,
    composition_id: version.id,
    members,
    uses: mix.uses,
    likes: mix.likes,
    comments: mix.comments,
    forks: mix.forks,
    share_url: shareUrl(origin, mixRef(mix)),
    created_at: isoTime(mix.createdAt),
    updated_at: isoTime(mix.updatedAt),
  };
}

/** One version of a mix with its composition, and the list of all versions. */
export async function mixWithVersionsJson(
  db: Db,
  found: FoundMix,
  view: CompositionView,
): Promise<MixWithVersions> {
  const { mix, version } = found;
  const { caller, origin } = view;
  const [[json], composition, ancestors, rows] = await Promise.all([
    manyJson(db, [found], caller, origin),
    compositionJson(db, version, view),
    ancestorsOf(db, version, caller),
    db
      .select()
      .from(compositions)
      .where(eq(compositions.mixId, mix.id))
      .orderBy(desc(compositions.number))
      .all(),
  ]);
  if (!json) throw new Error(`Mix ${mix.id} has no JSON`);
  const versions = rows.filter(isVersion).map((row) => ({
    number: row.number,
    ref: mixRef(mix, row.number),
    composition_id: row.id,
    changelog: row.changelog,
    member_refs: row.members.map(({ ref }) => ref),
    published_at: isoTime(row.publishedAt),
  }));
  return { ...json, composition, versions, forked_from: ancestors };
}
