// Everything a moderator needs to see of one target, hidden or not: texts, pictures, reports and earlier actions.

import { desc, eq, sql } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import type { ModerationTarget, TargetKind } from "../../schema/contract/moderation.ts";
import type { ImageRow } from "../../schema/tables.ts";
import { images, moderationActions, reports, takedowns } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import { decisionsIn } from "../policy/rules.ts";
import { actionsJson, handlesOf } from "./audit.ts";
import { type Target, targetCard } from "./targets.ts";

const REPORTS_SHOWN = 100;
const ACTIONS_SHOWN = 100;
const PICTURES_SHOWN = 64;

type Texts = ModerationTarget["texts"];

/** What its owner wrote, field by field; empty ones are left out. */
const WORDS: Record<TargetKind, string> = {
  adapter: `
SELECT json_object('title', title, 'description', description, 'concept', concept, 'class word', class_word,
  'tags', (SELECT group_concat(value, ', ') FROM json_each(tags)), 'credits', credits, 'visibility', visibility,
  'triggers', (SELECT group_concat(DISTINCT trigger_word) FROM versions WHERE adapter_id = adapters.id),
  'changes', (SELECT group_concat(number || ': ' || changelog, char(10)) FROM versions WHERE adapter_id = adapters.id AND changelog <> ''))
  AS words FROM adapters WHERE id = ?`,
  mix: `
SELECT json_object('title', title, 'description', description, 'visibility', visibility,
  'prompts', (SELECT group_concat(number || ': ' || prompt, char(10)) FROM compositions WHERE mix_id = mixes.id),
  'members', (SELECT group_concat(DISTINCT json_extract(value, '$.ref')) FROM compositions, json_each(members) WHERE mix_id = mixes.id))
  AS words FROM mixes WHERE id = ?`,
  picture: `
SELECT json_object('prompt', json_extract(i.recipe, '$.prompt'), 'negative prompt', json_extract(i.recipe, '$.negative_prompt'),
  'members', (SELECT group_concat(json_extract(value, '$.ref'), ', ') FROM json_each(p.members)))
  AS words FROM pictures p LEFT JOIN images i ON i.id = p.image_id WHERE p.id = ?`,
  comment: "SELECT json_object('comment', body) AS words FROM comments WHERE id = ?",
  user: "SELECT json_object('name', name, 'about', bio) AS words FROM users WHERE id = ?",
};

/** Pictures that the target shows or showed. Moderators do not see private generations. */
const PICTURES: Record<TargetKind, string> = {
  adapter: `
SELECT value FROM versions, json_each(previews) WHERE adapter_id = ?1
UNION SELECT images.id FROM images JOIN jobs ON jobs.id = images.job_id
  WHERE images.role = 'sample' AND jobs.kind = 'train' AND jobs.adapter_id = ?1
  AND jobs.owner_id = (SELECT owner_id FROM adapters WHERE id = ?1)`,
  mix: "SELECT cover_id FROM mixes WHERE id = ?1",
  picture: "SELECT image_id FROM pictures WHERE id = ?1",
  comment: "SELECT NULL WHERE ?1 IS NULL",
  user: "SELECT avatar_id FROM users WHERE id = ?1",
};

async function textsOf(db: Db, { kind, id }: Target): Promise<Texts> {
  const row = await db.$client.prepare(WORDS[kind]).bind(id).first<{ words: string }>();
  const words = JSON.parse(row?.words ?? "{}") as Record<string, string | null>;
  return Object.entries(words).flatMap(([field, text]) => (text ? [{ field, text }] : []));
}

async function picturesOf(db: Db, { kind, id }: Target): Promise<ImageRow[]> {
  const ids = sql.raw(PICTURES[kind].replaceAll("?1", `'${id}'`));
  return db.select().from(images).where(sql`${images.id} in (${ids})`).limit(PICTURES_SHOWN).all();
}

export async function targetView(db: Db, target: Target, origin: string): Promise<ModerationTarget> {
  const [texts, pictures, held, actions, seen, pending, takedown] = await Promise.all([
    textsOf(db, target),
    picturesOf(db, target),
    db
      .select()
      .from(reports)
      .where(eq(reports.targetId, target.id))
      .orderBy(sql`state <> 'pending'`, desc(reports.createdAt))
      .limit(REPORTS_SHOWN)
      .all(),
    db
      .select()
      .from(moderationActions)
      .where(eq(moderationActions.targetId, target.id))
      .orderBy(desc(moderationActions.createdAt), desc(moderationActions.id))
      .limit(ACTIONS_SHOWN)
      .all(),
    db.$count(moderationActions, eq(moderationActions.targetId, target.id)),
    db.$count(reports, sql`target_id = ${target.id} and state = 'pending'`),
    db
      .select()
      .from(takedowns)
      .where(eq(takedowns.targetId, target.id as `adp_${string}`))
      .get(),
  ]);
  const [earlier, reporters] = await Promise.all([
    actionsJson(db, actions),
    handlesOf(
      db,
      held.map(({ reporterId }) => reporterId),
    ),
  ]);
  return {
    target: targetCard(target),
    texts,
    pictures: pictures.map(({ id, width, height }) => ({
      id,
      url: `${origin}/v1/moderation/targets/${target.kind}/${target.id}/images/${id}`,
      width,
      height,
    })),
    reports: held.map((row) => ({
      id: row.id,
      reporter: reporters.get(row.reporterId) ?? null,
      reason: row.reason,
      detail: row.detail,
      state: row.state,
      created_at: isoTime(row.createdAt),
    })),
    actions: earlier,
    actions_seen: seen,
    decisions: decisionsIn(target.kind, target.state, pending),
    purge_at: isoTimeOrNull(takedown?.purgeAt ?? null),
    purged_at: isoTimeOrNull(takedown?.purgedAt ?? null),
  };
}

/** A picture of a target, even if it is hidden from others. */
export async function pictureOf(db: Db, target: Target, id: Id<"img">): Promise<ImageRow | Refusal> {
  const image = (await picturesOf(db, target)).find((one) => one.id === id);
  return image ?? refuse("not_found", `This target shows no picture ${id}.`);
}
