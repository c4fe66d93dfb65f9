// Changes of a version after it was made: its texts may change, it is published once, and it may be yanked.

import { and, eq, exists, ne, notExists, sql } from "drizzle-orm";
import type { z } from "zod";
import type { VersionPatch } from "../../schema/contract/adapters.ts";
import { adapters, images, slots, type VersionRow, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { inList } from "../lib/in-list.ts";
import { insertRows } from "../lib/insert-rows.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { publishedRows } from "../notify/notifications.ts";
import { blockedFault } from "../policy/blocklist.ts";
import type { Caller } from "../rights/rights.ts";
import { refOf } from "./adapters.ts";
import { duplicateOf, isTwinOf } from "./duplicates.ts";
import { otherLayersFault } from "./other-layers.ts";
import { choosePreviews } from "./previews.ts";
import { faultOf, scanVersion } from "./scan.ts";
import { slotOf } from "./slots.ts";
import { adapterGone, isGone } from "./tombstones.ts";
import { readVersion, type VersionWithAdapter } from "./versions.ts";

const SCAN_RETRY_SECONDS = 5;

/**
 * Publishes a draft. Where its scan is still queued, it is scanned now, so that the caller need not retry. Guarded in SQL: a
 * draft alone can be published, with its scan passed, in its slot, before anybody else's of the same tensors, and only while
 * its adapter is not withdrawn. Publishing again changes nothing.
 */
export async function publishVersion(
  env: Env,
  db: Db,
  { version, adapter }: VersionWithAdapter,
  now: number,
): Promise<VersionWithAdapter | Refusal> {
  if (version.state === "draft") {
    const refusal = scanFault(await scanned(env, db, version, now));
    if (refusal) return refusal;
    const unusable = otherLayersFault(version, adapter);
    if (unusable) return unusable;
  }
  const twins = db
    .select({ id: versions.id })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .where(and(sql`${versions.tensorsSha256} = ${version.tensorsSha256 ?? ""}`, isTwinOf(version)));
  const isOpen = exists(
    db
      .select({ id: adapters.id })
      .from(adapters)
      .where(and(eq(adapters.id, adapter.id), inList(adapters.state, ["draft", "published"]))),
  );
  const { slot } = version;
  const held = db
    .select({ id: slots.id })
    .from(slots)
    .where(and(eq(slots.adapterId, adapter.id), slot === null ? undefined : eq(slots.slot, slot)));
  // A LoRA of another program has no slot, and neither has its adapter.
  const holdsSlot = slot === null ? notExists(held) : exists(held);
  const isNew = sql`exists (select 1 from versions where id = ${version.id} and published_at = ${now})`;
  const before = sql`(select id from versions where adapter_id = ${adapter.id} and state = 'published' and number < ${version.number}
    order by number desc limit 1)`;
  await db.batch([
    db
      .update(versions)
      .set({ state: "published", publishedAt: now, supersedesId: before })
      .where(
        and(
          eq(versions.id, version.id),
          eq(versions.state, "draft"),
          eq(versions.scanState, "passed"),
          ...[isOpen, holdsSlot, notExists(twins)],
        ),
      ),
    db
      .update(adapters)
      .set({ state: "published", publishedAt: sql`coalesce(published_at, ${now})`, updatedAt: now })
      .where(and(eq(adapters.id, adapter.id), inList(adapters.state, ["draft", "published"]), isNew)),
    // From now on the slot never expires.
    db
      .update(slots)
      .set({ expiresAt: null })
      .where(and(eq(slots.adapterId, adapter.id), isNew)),
    publishedRows(db, adapter, now),
  ]);
  const current = await readVersion(db, version.id);
  if (!current) return refuse("not_found", `There is no version ${version.id}.`);
  return current.version.state === "published" && !isGone(current.adapter) ? current : whyNot(db, current);
}

/** The version after its scan; an unexpected error leaves it pending. */
async function scanned(env: Env, db: Db, version: VersionRow, now: number): Promise<VersionRow> {
  if (version.scanState !== "pending") return version;
  try {
    return (await scanVersion(env, db, version.id, now)) ?? version;
  } catch (error) {
    console.error("A scan failed on our side", version.id, error);
    return version;
  }
}

function scanFault(version: VersionRow): Refusal | null {
  if (version.scanState === "failed") return refuse("scan_failed", faultOf(version.scan));
  if (version.scanState === "passed") return null;
  return new Refusal("scan_pending", "The file could not be scanned just now.", [], {
    retryAfterSeconds: SCAN_RETRY_SECONDS,
  });
}

/** Why a draft was not published. */
async function whyNot(db: Db, { version, adapter }: VersionWithAdapter): Promise<Refusal> {
  if (adapter.state === "removed") return adapterGone(db, adapter);
  if (isGone(adapter)) return refuse("version_state", `${refOf(adapter)} was withdrawn.`);
  if (version.state === "yanked") {
    return refuse("version_state", "A yanked version cannot be published again.");
  }
  const held = await slotOf(db, adapter.id);
  if (version.slot === null && held) {
    return refuse(
      "version_state",
      `${refOf(adapter)} holds a slot by now; a LoRA of another program needs a name of its own.`,
    );
  }
  if (version.slot !== null && held?.slot !== version.slot) {
    const detail = `${refOf(adapter)} does not hold slot ${version.slot} any more, and the file is bound to it. Train it again.`;
    return refuse("slot_missing", detail);
  }
  const twin = await duplicateOf(db, version, version.tensorsSha256 ?? "");
  const where = twin?.ref ? `as ${twin.ref}` : "by somebody else";
  return refuse("scan_failed", `The same tensors were published ${where} in the meantime.`);
}

/** Takes one version out of use. New work cannot name it; pictures made with it keep their recipe. The first reason stays. */
export async function yankVersion(
  db: Db,
  { version }: VersionWithAdapter,
  reason: string,
  now: number,
): Promise<VersionWithAdapter> {
  await db
    .update(versions)
    .set({ state: "yanked", yankReason: reason, yankedAt: now, yankedBy: "owner" })
    .where(and(eq(versions.id, version.id), ne(versions.state, "yanked")));
  const current = await readVersion(db, version.id);
  if (!current) throw new Error(`Version ${version.id} is gone`);
  return current;
}

/** Changes texts and pictures beside the artifact. The strength is part of what was published and stays. */
export async function patchVersion(
  { db, caller, now }: { db: Db; caller: Caller; now: number },
  { version, adapter }: VersionWithAdapter,
  patch: z.infer<typeof VersionPatch>,
): Promise<VersionWithAdapter | Refusal> {
  if (isGone(adapter)) return adapterGone(db, adapter);
  if (version.state === "yanked") return refuse("version_state", "A yanked version stays as it is.");
  const blocked = await blockedFault(db, "name", [{ pointer: "/changelog", text: patch.changelog }]);
  if (blocked) return blocked;
  const chosen = patch.previews?.map((id, i) => ({ id, pointer: `/previews/${i}` }));
  const previews = chosen && (await choosePreviews(db, caller, chosen, now));
  if (previews instanceof Refusal) return previews;
  const isStrengthKept = patch.strength === undefined || patch.strength === version.strength;
  const changed = {
    changelog: patch.changelog ?? version.changelog,
    strength: patch.strength ?? version.strength,
    previews: previews?.ids ?? version.previews,
  };
  const isChangeable = and(
    eq(versions.id, version.id),
    isStrengthKept ? ne(versions.state, "yanked") : eq(versions.state, "draft"),
  );
  const [, written] = await db.batch([
    insertRows(
      db,
      images,
      previews?.rows ?? [],
      exists(db.select({ id: versions.id }).from(versions).where(isChangeable)),
    ),
    db.update(versions).set(changed).where(isChangeable).returning(),
  ]);
  if (written[0]) return { version: written[0], adapter };
  if (isStrengthKept) return refuse("version_state", "A yanked version stays as it is.");
  const detail =
    "People compose with the strength that was published. Publish a new version with another one.";
  return refuse("version_state", detail, "/strength");
}
