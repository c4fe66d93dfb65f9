// A row of a deleted account is written by nobody: every table that holds an account's id refuses it or leaves it out, or is named here with a
// reason. A request reads its caller and writes later; the deletion may come in between, whatever the statement checks itself.

import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { migrated } from "../../schema/migrated.ts";

type Column = { name: string; type: string; notnull: number; dflt_value: string | null };

/** Columns of ids that are no account's. A new one is an account's until it stands here. */
const OTHER_IDS = new Set(
  `id action_id adapter_id avatar_id base_id collection_id composition_id cover_id credential_id forked_from_id image_id job_id lease_id mix_id
   multipart_id notification_id other_id parent_id picture_id preview_job_id provider_id replaced_by rowid runner_id source_id supersedes_id target_id
   upload_id version_id webhook_id`.split(/\s+/),
);

/** Account ids that are written, or kept, after the account is gone. */
const KEPT: Record<string, string> = {
  "allowances.owner_id": "written by the ledger's trigger alone, with a charge, which an order's row writes",
  "credentials.account_id": "the account's id at the provider; user_id beside it is checked",
  "ledger.owner_id": "the refund of a job that was running; purged with the account's last job",
  "comments.hidden_by_id": "null when a comment is written",
  "appeals.decided_by_id": "null when an appeal is written",
  "moderation_actions.subject_id": "decisions on what a deleted account published are recorded",
  "notifications.actor_id": "others were notified of what somebody did before they left",
  "versions.yanked_by": "a role, no id",
};

/** In these a statement writes rows of several accounts: the deleted one's are left out, and the others' written. */
const LEFT_OUT = ["deliveries", "notifications", "verifications"];

const isInternal = (name: string) => /^sqlite_|_fts(_|$)|^d1_/.test(name);

function tablesOf(db: DatabaseSync): string[] {
  const rows = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as { name: string }[];
  return rows.map(({ name }) => name).filter((name) => !isInternal(name));
}

const columnsOf = (db: DatabaseSync, table: string) =>
  db.prepare(`SELECT name, type, "notnull", dflt_value FROM pragma_table_info('${table}')`).all() as Column[];

function accountColumns(db: DatabaseSync): [table: string, column: string][] {
  return tablesOf(db).flatMap((table) =>
    columnsOf(db, table)
      .map(({ name }) => name)
      .filter((name) => /_(id|by)$/.test(name) && !OTHER_IDS.has(name) && !(`${table}.${name}` in KEPT))
      .map((name): [string, string] => [table, name]),
  );
}

/** Columns that triggers read more of than that they hold a text. */
const FORMS: Record<string, string> = {
  licence: '{"spdx":"MIT","credit":true,"commercial_use":true,"derivatives":true,"different_licence":true}',
  tags: "[]",
};

let made = 0;

/** How many rows an insertion of one row with these values leaves: whatever else must be given is filled in. */
function inserted(db: DatabaseSync, table: string, given: Record<string, unknown>): number {
  const columns = columnsOf(db, table).filter(
    ({ name, notnull, dflt_value }) => name in given || (notnull === 1 && dflt_value === null),
  );
  const filler = ({ name, type }: Column) => {
    made += 1;
    if (/int|real/i.test(type)) return made;
    return (
      FORMS[name] ?? (/^(id|token|name|handle|email|sha256)$|_id$/.test(name) ? `${table}-${made}` : "{}")
    );
  };
  const values = columns.map((column) => (given[column.name] ?? filler(column)) as string | number);
  const names = columns.map(({ name }) => name).join(", ");
  const places = columns.map(() => "?").join(", ");
  return Number(db.prepare(`INSERT INTO ${table} (${names}) VALUES (${places})`).run(...values).changes);
}

function withAccounts(): DatabaseSync {
  const db = migrated();
  for (const id of ["usr_here", "usr_there", "usr_gone"]) inserted(db, "users", { id });
  inserted(db, "adapters", { id: "adp_here", owner_id: "usr_here" });
  inserted(db, "adapters", { id: "adp_gone", owner_id: "usr_gone" });
  inserted(db, "versions", { id: "ver_gone", adapter_id: "adp_gone" });
  inserted(db, "mixes", { id: "mix_gone", owner_id: "usr_gone" });
  inserted(db, "compositions", { id: "cmp_gone", owner_id: "usr_gone" });
  db.exec("UPDATE users SET deleted_at = 1 WHERE id = 'usr_gone'");
  return db;
}

test("every table that holds an account's id refuses a row of a deleted account, or leaves it out", () => {
  const db = withAccounts();
  const found = accountColumns(db);
  assert.ok(found.length > 25, `found ${found.length} columns`);
  const all = tablesOf(db).flatMap((table) => columnsOf(db, table).map(({ name }) => `${table}.${name}`));
  assert.deepEqual(
    Object.keys(KEPT).filter((name) => !all.includes(name)),
    [],
  );
  for (const [table, column] of found) {
    const others = table === "follows" ? { follower_id: "usr_here", followed_id: "usr_there" } : {};
    const write = (id: string) => inserted(db, table, { ...others, [column]: id });
    if (LEFT_OUT.includes(table)) assert.equal(write("usr_gone"), 0, `${table}.${column}`);
    else assert.throws(() => write("usr_gone"), /^Error: (account|person)_deleted$/, `${table}.${column}`);
    assert.equal(write("usr_here"), 1, `${table}.${column} of an account that is there`);
  }
});

test("a version is refused where its adapter's owner or its adapter is gone, and a link in an email is not made", () => {
  const db = withAccounts();
  assert.equal(inserted(db, "versions", { adapter_id: "adp_here" }), 1);
  for (const adapter_id of ["adp_gone", "adp_never"]) {
    assert.throws(() => inserted(db, "versions", { adapter_id }), /account_deleted/, adapter_id);
  }
  const values = ["usr_gone", '{"user_id":"usr_gone"}', '{"userData":{"id":"usr_gone"}}'];
  for (const value of values) assert.equal(inserted(db, "verifications", { value }), 0, value);
  for (const identifier of ["emails:usr_gone", "emails:training:usr_gone"]) {
    assert.equal(inserted(db, "verifications", { identifier, value: "" }), 0, identifier);
  }
  assert.equal(inserted(db, "verifications", { identifier: "emails:usr_here", value: "usr_here" }), 1);
});

test("what a runner delivers of a job that was running is taken, and purged with it", () => {
  const db = withAccounts();
  assert.equal(inserted(db, "images", { owner_id: "usr_gone", job_id: "job_running" }), 1);
  assert.equal(inserted(db, "uploads", { owner_id: "usr_gone", lease_id: "lea_running" }), 1);
});

test("texts that a deletion has emptied are not written again", () => {
  const db = withAccounts();
  const updates = [
    "users SET bio = 'again' WHERE id =",
    "users SET email = 'again@example.com' WHERE id =",
    "adapters SET description = 'again' WHERE owner_id =",
    "mixes SET description = 'again' WHERE owner_id =",
    "compositions SET prompt = 'again' WHERE owner_id =",
    "versions SET changelog = 'again' WHERE 'usr_' || substr(adapter_id, 5) =",
  ];
  for (const update of updates) {
    assert.throws(() => db.exec(`UPDATE ${update} 'usr_gone'`), /account_deleted/, update);
    db.exec(`UPDATE ${update} 'usr_here'`);
  }
  db.exec("UPDATE users SET purged_at = 1, suspended_at = 1 WHERE id = 'usr_gone'");
});
