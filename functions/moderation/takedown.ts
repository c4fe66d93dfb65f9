// Deletes the bytes of removed content. Rows stay; a blob is deleted unless something else uses it.

import { sql } from "drizzle-orm";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { eachIsolated } from "../lib/isolated.ts";
import { batch } from "../lib/statement.ts";
import { blobKey } from "../storage/blobs.ts";

/** R2 deletes this many objects in one call. */
const DELETE_AT_ONCE = 1_000;
const PURGES_A_SWEEP = 20;

/** Cron: deletes the bytes of what was removed long enough ago, unless an appeal is pending. Continues after an interruption. */
export async function purgeDue(env: Env, db: Db, now: number): Promise<void> {
  const due = await db.all<{ target_id: string }>(sql`
    select target_id from takedowns where purged_at is null and purge_at <= ${now} and (purge_began_at is not null or not exists (
      select 1 from appeals where appeals.action_id = takedowns.action_id and appeals.state = 'pending'))
    order by purge_at limit ${PURGES_A_SWEEP}`);
  await eachIsolated(
    "purge_failed",
    due,
    ({ target_id }) => target_id,
    ({ target_id }) => purge(env, db, target_id, now),
  );
}

/**
 * Deletes the bytes of what was removed. After the first write it cannot be undone; rows that refer to the blobs go last, so
 * that an interrupted purge finds them again.
 */
export async function purge(env: Env, db: Db, targetId: string, now: number): Promise<void> {
  const begun = await db.run(sql`
    update takedowns set purge_began_at = coalesce(purge_began_at, ${now}) where target_id = ${targetId} and purged_at is null`);
  if (begun.meta.changes === 0) return;
  const images = await imagesOf(db, targetId);
  const hashes = await hashesOf(db, targetId, images);
  for (let i = 0; i < hashes.length; i += DELETE_AT_ONCE) {
    await env.BLOBS.delete(hashes.slice(i, i + DELETE_AT_ONCE).map(blobKey));
  }
  const gone = JSON.stringify(hashes);
  await batch(db, [
    sql`delete from blobs where sha256 in (select value from json_each(${gone}))`,
    // Pending uploads of these bytes must be sent again before they can be used.
    sql`update uploads set stored_at = null where sha256 in (select value from json_each(${gone}))`,
    sql`delete from images where id in (select value from json_each(${JSON.stringify(images)}))`,
    // A training of it that still runs delivers later: the purge is repeated until it has ended.
    sql`update takedowns set purged_at = ${now} where target_id = ${targetId} and purge_began_at is not null
      and not exists (select 1 from jobs where status = 'running' and adapter_id = ${targetId})`,
  ]);
}

/** Trainings of an adapter, and the jobs that made its previews. */
const jobsOf = (targetId: string) => sql`
  select id from jobs where owner_id = ${ownerOf(targetId)} and kind = 'train' and adapter_id = ${targetId}
  union select preview_job_id from versions where adapter_id = ${targetId} and preview_job_id is not null`;

/**
 * Pictures that only the target shows: previews, inputs and samples of its trainings, the cover of a mix, a shared
 * picture with the generated one that it repeats. Not those that
 * another adapter, mix or person shows too.
 */
async function imagesOf(db: Db, targetId: string): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    with mine as (
      select value as id from versions, json_each(versions.previews) where adapter_id = ${targetId}
      union select images.id from images where job_id in (${jobsOf(targetId)})
      union select images.id from jobs, json_each(jobs.inputs) input
        join images on images.sha256 = json_extract(input.value, '$.sha256') and images.owner_id = jobs.owner_id
        where jobs.id in (${jobsOf(targetId)}) and jobs.kind = 'train' and images.role = 'training'
      union select cover_id from mixes where id = ${targetId} and cover_id is not null
      union select value from pictures, json_each(json_array(image_id, source_id)) where pictures.id = ${targetId}
    )
    select id from mine
    where not exists (select 1 from users where avatar_id = mine.id)
      and not exists (select 1 from mixes where cover_id = mine.id and id <> ${targetId} and state <> 'removed')
      and not exists (
        select 1 from versions join adapters on adapters.id = versions.adapter_id, json_each(versions.previews)
        where value = mine.id and adapters.id <> ${targetId} and adapters.state <> 'removed'
          and adapters.owner_id = (select owner_id from images where images.id = mine.id))
      and not exists (
        select 1 from jobs, json_each(jobs.request, '$.images') picture
        where jobs.kind = 'train' and jobs.adapter_id <> ${targetId}
          and jobs.owner_id = ${ownerOf(targetId)}
          and json_extract(picture.value, '$.url') = '/v1/images/' || mine.id)`);
  return rows.map(({ id }) => id);
}

/** The blobs behind the target's versions and these pictures that nothing else needs. */
async function hashesOf(db: Db, targetId: string, images: readonly string[]): Promise<string[]> {
  const pictures = JSON.stringify(images);
  const rows = await db.all<{ sha256: string }>(sql`
    with mine as (
      select sha256 from versions where adapter_id = ${targetId}
      union select sha256 from images where id in (select value from json_each(${pictures}))
      union select checkpoint_sha256 from jobs where id in (${jobsOf(targetId)}) and checkpoint_sha256 is not null
    )
    select sha256 from mine
    where not exists (
        select 1 from versions join adapters on adapters.id = versions.adapter_id
        left join takedowns on takedowns.target_id = adapters.id
        where versions.sha256 = mine.sha256 and adapters.id <> ${targetId} and takedowns.purge_began_at is null)
      and not exists (
        select 1 from images where sha256 = mine.sha256 and id not in (select value from json_each(${pictures})))
      and not exists (
        select 1 from uploads where sha256 = mine.sha256 and stored_at is not null and lease_id is null
          and owner_id <> ${ownerOf(targetId)})
      and not exists (
        select 1 from jobs, json_each(jobs.inputs) input
        where jobs.status in ('queued', 'running') and json_extract(input.value, '$.sha256') = mine.sha256
          and coalesce(jobs.adapter_id, '') <> ${targetId} and jobs.cancel_requested_at is null)`);
  return rows.map(({ sha256 }) => sha256);
}

const ownerOf = (targetId: string) => sql`coalesce(
  (select owner_id from adapters where id = ${targetId}), (select owner_id from mixes where id = ${targetId}),
  (select owner_id from pictures where id = ${targetId}))`;
