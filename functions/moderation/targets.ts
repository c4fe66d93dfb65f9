// The targets of reports and decisions: adapters, mixes, shared pictures, comments and people, as one type, hidden or not.

import { type SQL, sql } from "drizzle-orm";
import { excerptOf } from "../../schema/contract/cut-text.ts";
import type { Id } from "../../schema/contract/ids.ts";
import type { Rating, ReportTarget, TargetCard, TargetKind } from "../../schema/contract/moderation.ts";
import { findPicture } from "../compose/pictures.ts";
import type { Db } from "../db.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { findTarget, openTarget } from "../people/targets.ts";
import type { TargetState } from "../policy/rules.ts";
import type { Caller } from "../rights/rights.ts";

export type Target = {
  kind: TargetKind;
  id: string;
  ownerId: Id<"usr">;
  /** The owner's handle; null for a deleted account. */
  owner: string | null;
  label: string;
  title: string;
  state: TargetState;
  rating: Rating | null;
  place: TargetCard["place"];
};
export type TargetKey = { kind: TargetKind; id: string };

const LABEL_CHARACTERS = 60;

type Row = {
  id: string;
  owner_id: Id<"usr">;
  owner: string;
  owner_left: number;
  name: string;
  title: string;
  state: TargetState;
  rating: Rating | null;
  place_kind: "adapter" | "mix" | "picture" | "user" | null;
  place_ref: string | null;
};

/** Both tables of the catalog in one shape. */
const catalogRows = (table: "adapters" | "mixes", kind: TargetKind) => `
SELECT t.id, t.owner_id, u.handle AS owner, u.deleted_at IS NOT NULL AS owner_left, t.name, t.title, t.rating,
  CASE WHEN t.state = 'removed' AND d.purge_began_at IS NOT NULL THEN 'purged' ELSE t.state END AS state,
  '${kind}' AS place_kind, u.handle || '/' || t.name AS place_ref
FROM ${table} t JOIN users u ON u.id = t.owner_id LEFT JOIN takedowns d ON d.target_id = t.id
WHERE t.id IN (SELECT value FROM json_each(?1))`;

const ROWS: Record<TargetKind, string> = {
  adapter: catalogRows("adapters", "adapter"),
  mix: catalogRows("mixes", "mix"),
  picture: `
SELECT p.id, p.owner_id, u.handle AS owner, u.deleted_at IS NOT NULL AS owner_left, '' AS name,
  coalesce(json_extract(i.recipe, '$.prompt'), '') AS title, p.rating,
  CASE WHEN p.state = 'removed' AND d.purge_began_at IS NOT NULL THEN 'purged' ELSE p.state END AS state,
  'picture' AS place_kind, p.id AS place_ref
FROM pictures p JOIN users u ON u.id = p.owner_id LEFT JOIN images i ON i.id = p.image_id
LEFT JOIN takedowns d ON d.target_id = p.id
WHERE p.id IN (SELECT value FROM json_each(?1))`,
  comment: `
SELECT c.id, c.author_id AS owner_id, u.handle AS owner, u.deleted_at IS NOT NULL AS owner_left, '' AS name, c.body AS title,
  CASE WHEN c.state = 'hidden' AND c.hidden_by_id IS NOT NULL THEN 'hidden_by_owner'
    WHEN c.state = 'deleted' THEN 'gone' ELSE c.state END AS state,
  NULL AS rating,
  CASE WHEN a.id IS NOT NULL THEN 'adapter' WHEN m.id IS NOT NULL THEN 'mix' END AS place_kind,
  o.handle || '/' || coalesce(a.name, m.name) AS place_ref
FROM comments c JOIN users u ON u.id = c.author_id
LEFT JOIN adapters a ON a.id = c.target_id LEFT JOIN mixes m ON m.id = c.target_id
LEFT JOIN users o ON o.id = coalesce(a.owner_id, m.owner_id)
WHERE c.id IN (SELECT value FROM json_each(?1))`,
  user: `
SELECT id, id AS owner_id, handle AS owner, deleted_at IS NOT NULL AS owner_left, handle AS name, name AS title,
  CASE WHEN deleted_at IS NOT NULL THEN 'gone' WHEN suspended_at IS NOT NULL THEN 'suspended' ELSE 'active' END AS state,
  NULL AS rating, 'user' AS place_kind, handle AS place_ref
FROM users WHERE id IN (SELECT value FROM json_each(?1))`,
};

/** The targets that exist, by id. One query a kind. */
export async function targetsById(db: Db, keys: readonly TargetKey[]): Promise<Map<string, Target>> {
  const kinds = [...new Set(keys.map(({ kind }) => kind))];
  if (kinds.length === 0) return new Map();
  const answers = await db.$client.batch<Row>(
    kinds.map((kind) => {
      const ids = keys.filter((key) => key.kind === kind).map(({ id }) => id);
      return db.$client.prepare(ROWS[kind]).bind(JSON.stringify(ids));
    }),
  );
  const found = answers.flatMap(({ results }, i) =>
    results.map((row) => targetOf(kinds[i] as TargetKind, row)),
  );
  return new Map(found.map((target) => [target.id, target]));
}

export async function readTarget(db: Db, key: TargetKey, pointer?: string): Promise<Target | Refusal> {
  const target = (await targetsById(db, [key])).get(key.id);
  return target ?? refuse("not_found", `There is no ${key.kind} ${key.id}.`, pointer);
}

/** SQL condition that the target has the state and the rating that were read. */
export function unchanged({ kind, id, state, rating }: Target): SQL {
  const rows = sql.raw(ROWS[kind].replace("?1", `'["${id}"]'`));
  return sql`exists (select 1 from (${rows}) where state = ${state} and rating is ${rating})`;
}

function targetOf(kind: TargetKind, row: Row): Target {
  const place = row.place_kind && row.place_ref ? { kind: row.place_kind, ref: row.place_ref } : null;
  return {
    kind,
    id: row.id,
    ownerId: row.owner_id,
    owner: row.owner_left ? null : row.owner,
    ...namesOf(kind, row),
    state: row.state,
    rating: row.rating,
    place,
  };
}

/** What was written is named by its first words. */
function namesOf(kind: TargetKind, { owner, name, title }: Row): Pick<Target, "label" | "title"> {
  const begins = excerptOf(title, LABEL_CHARACTERS);
  if (kind === "comment") return { label: begins || "(deleted)", title: `A comment by ${owner}` };
  if (kind === "picture") return { label: begins || "(no prompt)", title: `A picture by ${owner}` };
  return { label: kind === "user" ? `@${name}` : `${owner}/${name}`, title };
}

export function targetCard(target: Target): TargetCard {
  const { kind, id, label, title, owner, state, rating, place } = target;
  return { kind, id: id as TargetCard["id"], label, title, owner, state, rating, place };
}

/** The target of a report, if the reporter can see it. What they cannot see gets the same refusal as what does not exist. */
export async function reportedTarget(
  db: Db,
  caller: Caller,
  input: ReportTarget,
): Promise<TargetKey | Refusal> {
  if (input.kind === "adapter" || input.kind === "mix") {
    const [owner = "", name = ""] = input.ref.split(":")[0]?.split("/") ?? [];
    const found = openTarget(await findTarget({ db, caller }, input.kind, owner, name));
    if (found instanceof Refusal) return refuse(found.code, found.detail, "/target/ref");
    return { kind: input.kind, id: found.id };
  }
  if (input.kind === "user") {
    const user = await db.get<{ id: string }>(
      sql`select id from users where handle = ${input.handle} and deleted_at is null`,
    );
    return user
      ? { kind: "user", id: user.id }
      : refuse("not_found", `There is nobody called ${input.handle}.`, "/target/handle");
  }
  if (input.kind === "picture") {
    const picture = await findPicture(db, caller, input.id);
    if (picture instanceof Refusal) return refuse(picture.code, picture.detail, "/target/id");
    return { kind: "picture", id: picture.id };
  }
  const place = (await targetsById(db, [input])).get(input.id);
  const missing = refuse("not_found", `There is no comment ${input.id}.`, "/target/id");
  const at = place?.state === "visible" ? place.place : null;
  if (at?.kind !== "adapter" && at?.kind !== "mix") return missing;
  const [owner = "", name = ""] = at.ref.split("/");
  const under = openTarget(await findTarget({ db, caller }, at.kind, owner, name));
  return under instanceof Refusal ? missing : { kind: "comment", id: input.id };
}
