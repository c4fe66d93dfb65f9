// Everything that is stored about an account, as one JSON document that is streamed page by page, so that memory does not grow with the account.
// No secret is in it: no password, no hash of a key, no secret of a webhook.

import type { Db } from "../db.ts";
import type { Caller } from "../rights/rights.ts";

type Row = Record<string, unknown>;
type Section = { name: string; sql: string; shape?: (row: Row, origin: string) => Row };

const ROWS_A_PAGE = 200;
const encoder = new TextEncoder();

/** Reads one table by rowid. ?1 is the account, ?2 the last row that was written, ?3 how many more. */
const of = (table: string, columns: string, owner = "owner_id", more = "") =>
  `SELECT rowid AS at, ${columns} FROM ${table} WHERE ${owner} = ?1 AND rowid > ?2 ${more} ORDER BY rowid LIMIT ?3`;

/** The ref of an adapter or a mix behind an id. */
const refOf = (id: string) => `(SELECT u.handle || '/' || t.name FROM (
  SELECT id, owner_id, name FROM adapters UNION ALL SELECT id, owner_id, name FROM mixes
) AS t JOIN users AS u ON u.id = t.owner_id WHERE t.id = ${id})`;
/** A shared picture has no name: it is called by its id everywhere. */
const likedRef = (id: string) => `iif(substr(${id}, 1, 4) = 'pic_', ${id}, ${refOf(id)})`;
const handleOf = (id: string) => `(SELECT handle FROM users WHERE id = ${id})`;

export const SECTIONS: readonly Section[] = [
  {
    name: "sign_ins",
    sql: of("credentials", "provider_id AS provider, account_id, scope, created_at", "user_id"),
  },
  {
    name: "passkeys",
    sql: of("passkeys", "id, name, device_type, backed_up, transports, created_at", "user_id"),
  },
  {
    name: "sessions",
    sql: of("sessions", "id, user_agent, created_at, updated_at AS last_seen_at, expires_at", "user_id"),
  },
  {
    name: "keys",
    sql: of(
      "api_keys",
      "id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at, replaced_by",
    ),
  },
  {
    name: "adapters",
    sql: of(
      "adapters",
      `id, name, title, description, base_id AS base, concept, class_word, tags, licence, visibility, state, rating, credits,
      uses, downloads, likes, comments, remixes, withdraw_reason, withdrawn_at, created_at, updated_at, published_at`,
    ),
  },
  {
    name: "slots",
    sql: of("slots", "id, base_id AS base, slot, adapter_id, reserved_at, expires_at"),
  },
  {
    name: "versions",
    sql: `SELECT v.rowid AS at, v.id, v.adapter_id, v.number, v.base_id AS base, v.slot, v.state, v.trigger_word AS "trigger",
      v.strength, v.changelog, v.previews, v.sha256, v.size_bytes, v.metadata, v.scan_state, v.scan, v.certificate, v.self_check, v.yank_reason, v.yanked_at,
      v.job_id, v.created_at, v.published_at
      FROM versions v JOIN adapters a ON a.id = v.adapter_id WHERE a.owner_id = ?1 AND v.rowid > ?2 ORDER BY v.rowid LIMIT ?3`,
    shape: (row, origin) => ({ ...row, download_url: `${origin}/v1/versions/${row.id}/download` }),
  },
  {
    name: "compositions",
    sql: of(
      "compositions",
      "id, base_id AS base, title, prompt, members, mix_id, number, changelog, forked_from_id, created_at, published_at",
    ),
  },
  {
    name: "mixes",
    sql: of(
      "mixes",
      "id, name, title, description, base_id AS base, visibility, state, rating, cover_id, uses, likes, comments, forks, created_at, updated_at",
    ),
  },
  {
    name: "pictures",
    sql: of(
      "pictures",
      "id, image_id, source_id, base_id AS base, members, state, rating, likes, created_at, updated_at",
    ),
    shape: (row, origin) => ({ ...row, page_url: `${origin}/pictures/?id=${row.id}` }),
  },
  {
    name: "jobs",
    sql: of(
      "jobs",
      "id, kind, base_id AS base, status, request, asked, warnings, error, metrics, adapter_id, version_id, created_at, started_at, finished_at",
    ),
  },
  { name: "credits", sql: of("ledger", "job_id, kind, credits, created_at") },
  {
    name: "images",
    sql: of("images", "id, role, content_type, width, height, sha256, job_id, seed, recipe, created_at"),
    shape: (row, origin) => ({ ...row, url: `${origin}/v1/images/${row.id}` }),
  },
  {
    name: "uploads",
    sql: of(
      "uploads",
      "id, kind, filename, content_type, size_bytes, sha256, width, height, metadata, created_at, stored_at",
      "owner_id",
      "AND lease_id IS NULL",
    ),
  },
  {
    name: "likes",
    sql: of("likes", `target_id, ${likedRef("target_id")} AS ref, created_at`, "user_id"),
  },
  {
    name: "following",
    sql: of("follows", `${handleOf("followed_id")} AS handle, created_at`, "follower_id"),
  },
  {
    name: "followers",
    sql: of("follows", `${handleOf("follower_id")} AS handle, created_at`, "followed_id"),
  },
  {
    name: "comments",
    sql: of(
      "comments",
      `id, target_id, ${refOf("target_id")} AS ref, parent_id, body, state, created_at, edited_at`,
      "author_id",
    ),
  },
  {
    name: "collections",
    sql: of(
      "collections",
      `id, name, title, description, visibility, base_id AS base, class, created_at, updated_at,
      (SELECT json_group_array(json_object('adapter_id', adapter_id, 'ref', ${refOf("adapter_id")}, 'position', position, 'note', note))
        FROM collection_items WHERE collection_id = collections.id) AS items`,
    ),
  },
  {
    name: "notifications",
    sql: of(
      "notifications",
      `id, kind, ${handleOf("actor_id")} AS actor, target_id, data, created_at, read_at`,
      "user_id",
    ),
  },
  {
    name: "reports",
    sql: of(
      "reports",
      "id, target_kind, target_id, reason, detail, state, created_at, decided_at",
      "reporter_id",
    ),
  },
  {
    name: "decisions",
    sql: of(
      "moderation_actions",
      "id, kind, target_kind, target_id, ground, reason, data, created_at",
      "subject_id",
    ),
  },
  {
    name: "appeals",
    sql: of("appeals", "id, action_id, text, state, answer, created_at, decided_at", "appellant_id"),
  },
  {
    name: "runners",
    sql: of(
      "runners",
      "id, name, version, device, dtype, memory_bytes, bases, registered_at, last_seen_at, drain_requested_at, deregistered_at",
    ),
  },
  {
    name: "webhooks",
    sql: of("webhooks", "id, url, description, events, disabled_reason, created_at, updated_at"),
  },
  {
    name: "deliveries",
    sql: of("deliveries", "id, webhook_id, job_id, type, url, state, attempts, created_at, finished_at"),
  },
];

const PROFILE = `SELECT id, handle, name, email, email_verified, role, bio, avatar_id, shown_ratings, training_emails, suspended_at, created_at, updated_at
  FROM users WHERE id = ?1`;

/** Columns that hold JSON; everything that ends in _at is a time. */
const JSON_COLUMNS = new Set([
  ...[
    "scopes",
    "tags",
    "licence",
    "previews",
    "metadata",
    "scan",
    "members",
    "request",
    "asked",
    "warnings",
    "error",
  ],
  ...["metrics", "recipe", "items", "data", "bases", "events", "attempts", "shown_ratings"],
]);
const FLAGS = new Set(["email_verified", "training_emails", "backed_up"]);

function shaped({ at: _, ...row }: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    if (name.endsWith("_at") && typeof value === "number") return [name, new Date(value).toISOString()];
    if (JSON_COLUMNS.has(name) && typeof value === "string") return [name, JSON.parse(value)];
    return [name, FLAGS.has(name) ? value === 1 : value];
  });
  return Object.fromEntries(entries);
}

/** The document in pieces. `complete` comes last: a file without it is incomplete. */
async function* pieces(db: Db, caller: Caller, origin: string, now: number): AsyncGenerator<string> {
  const profile = await db.$client.prepare(PROFILE).bind(caller.id).first<Row>();
  yield `{"exported_at":${JSON.stringify(new Date(now).toISOString())},"profile":${JSON.stringify(shaped(profile ?? {}))}`;
  for (const { name, sql, shape } of SECTIONS) {
    yield `,\n${JSON.stringify(name)}:[`;
    for (let after = 0, isFirst = true; ; ) {
      const { results } = await db.$client.prepare(sql).bind(caller.id, after, ROWS_A_PAGE).all<Row>();
      const rows = results.map((row) => {
        const plain = shaped(row);
        return JSON.stringify(shape ? shape(plain, origin) : plain);
      });
      if (rows.length > 0) yield `${isFirst ? "\n" : ",\n"}${rows.join(",\n")}`;
      if (rows.length < ROWS_A_PAGE) break;
      isFirst = false;
      after = Number(results.at(-1)?.at);
    }
    yield "]";
  }
  yield `,\n"complete":true}\n`;
}

/** Pulled on demand: with a slow reader memory holds one page. */
export function exportOf(db: Db, caller: Caller, origin: string, now: number): ReadableStream<Uint8Array> {
  const source = pieces(db, caller, origin, now);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}
