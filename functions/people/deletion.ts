// Deleting an account. One transaction deletes every personal row and leaves the account as the nameless owner of tombstones;
// deleted-accounts.ts deletes the bytes afterwards. Kept: the handle, names and titles of what was published, reports, appeals, the audit log.

import type { Db } from "../db.ts";
import { type Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

const DELETED_ACCOUNT_NAME = "Deleted account";
const WITHDRAW_REASON = "Its owner closed their account.";

const NEVER_PUBLISHED =
  "SELECT id FROM adapters WHERE owner_id = ?1 AND published_at IS NULL AND state <> 'removed'";
const MINE = "SELECT id FROM adapters WHERE owner_id = ?1";
const MY_JOBS = "SELECT id FROM jobs WHERE owner_id = ?1 AND status <> 'running'";
const MY_PRIVATE_MIXES =
  "SELECT id FROM mixes WHERE owner_id = ?1 AND visibility = 'private' AND state <> 'removed'";
const MY_PICTURES = "SELECT id FROM pictures WHERE owner_id = ?1 AND state <> 'removed'";

/** In this order, all or none. ?1 is the account, ?2 the time; each binds only what it names. */
const STATEMENTS = [
  // Credentials.
  "DELETE FROM sessions WHERE user_id = ?1",
  "DELETE FROM credentials WHERE user_id = ?1",
  "DELETE FROM passkeys WHERE user_id = ?1",
  "DELETE FROM api_keys WHERE owner_id = ?1",
  `DELETE FROM verifications WHERE value = ?1 OR identifier IN ('emails:' || ?1, 'emails:training:' || ?1) OR instr(value, '"' || ?1 || '"') > 0`,
  "DELETE FROM idempotency WHERE owner_id = ?1",
  // Social rows. Triggers keep the counters.
  "DELETE FROM likes WHERE user_id = ?1",
  "DELETE FROM follows WHERE follower_id = ?1 OR followed_id = ?1",
  "DELETE FROM notifications WHERE user_id = ?1 OR target_id = ?1",
  // These contain the title of a collection of the account.
  "DELETE FROM notifications WHERE actor_id = ?1 AND kind = 'collected'",
  "UPDATE comments SET state = 'deleted', body = '', hidden_by_id = NULL WHERE author_id = ?1",
  "DELETE FROM collection_items WHERE collection_id IN (SELECT id FROM collections WHERE owner_id = ?1)",
  "DELETE FROM collections WHERE owner_id = ?1",
  // Webhooks go before the jobs end, so that nothing is sent.
  "DELETE FROM webhooks WHERE owner_id = ?1",
  "DELETE FROM webhook_secrets WHERE owner_id = ?1",
  // Jobs: waiting and ended ones are deleted; a running one is asked to stop, and deleted-accounts.ts deletes it afterwards.
  `DELETE FROM runs WHERE job_id IN (${MY_JOBS})`,
  "DELETE FROM jobs WHERE owner_id = ?1 AND status <> 'running'",
  "UPDATE jobs SET cancel_requested_at = coalesce(cancel_requested_at, ?2), webhook = NULL, asked = NULL WHERE owner_id = ?1",
  "DELETE FROM deliveries WHERE owner_id = ?1",
  "DELETE FROM ledger WHERE owner_id = ?1",
  "DELETE FROM allowances WHERE owner_id = ?1",
  "UPDATE runners SET name = '', deregistered_at = coalesce(deregistered_at, ?2) WHERE owner_id = ?1",
  // The catalog: drafts go with their slots. What was published is withdrawn, keeps its slot forever, and loses the texts of its owner.
  `DELETE FROM slots WHERE adapter_id IN (${NEVER_PUBLISHED})`,
  `DELETE FROM versions WHERE adapter_id IN (${NEVER_PUBLISHED})`,
  `DELETE FROM versions WHERE adapter_id IN (${MINE}) AND published_at IS NULL`,
  `DELETE FROM likes WHERE target_id IN (${NEVER_PUBLISHED})`,
  `DELETE FROM adapters WHERE id IN (${NEVER_PUBLISHED})`,
  `UPDATE versions SET previews = '[]', changelog = '', metadata = '{}', job_id = NULL, preview_job_id = NULL WHERE adapter_id IN (${MINE})`,
  `UPDATE adapters SET description = '', credits = '', updated_at = ?2,
    withdraw_reason = iif(state = 'removed', withdraw_reason, '${WITHDRAW_REASON}'),
    withdrawn_at = iif(state = 'removed', withdrawn_at, coalesce(withdrawn_at, ?2)),
    state = iif(state = 'removed', state, 'withdrawn')
    WHERE owner_id = ?1`,
  // Shared pictures: of one that moderators removed the row stays, for their record.
  `DELETE FROM picture_members WHERE picture_id IN (${MY_PICTURES})`,
  `DELETE FROM likes WHERE target_id IN (${MY_PICTURES})`,
  `DELETE FROM pictures WHERE id IN (${MY_PICTURES})`,
  // Restoring what a moderator removed must not publish it in the name of a deleted account.
  `UPDATE takedowns SET state_before = 'withdrawn' WHERE target_id IN (
    ${MINE} UNION SELECT id FROM mixes WHERE owner_id = ?1 UNION SELECT id FROM pictures WHERE owner_id = ?1)`,
  // Compositions: saved ones and private mixes go, public ones are withdrawn.
  `DELETE FROM composition_members WHERE composition_id IN (SELECT id FROM compositions WHERE mix_id IN (${MY_PRIVATE_MIXES}))`,
  `DELETE FROM compositions WHERE owner_id = ?1 AND (mix_id IS NULL OR mix_id IN (${MY_PRIVATE_MIXES}))`,
  `DELETE FROM mixes WHERE id IN (${MY_PRIVATE_MIXES})`,
  "UPDATE compositions SET prompt = '', changelog = '' WHERE owner_id = ?1",
  "UPDATE mixes SET description = '', cover_id = NULL, updated_at = ?2, state = iif(state = 'removed', state, 'withdrawn') WHERE owner_id = ?1",
  // File names are personal too; the rows stay until deleted-accounts.ts has deleted the bytes.
  "UPDATE uploads SET filename = '', name = NULL, metadata = NULL WHERE owner_id = ?1",
  `UPDATE users SET name = '${DELETED_ACCOUNT_NAME}', email = id || '@deleted.invalid', email_verified = 0, image = NULL, avatar_id = NULL,
    bio = '', role = 'user', shown_ratings = '[]', deleted_at = ?2, updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL`,
];

/** Deletes the account. A repeated request finds no session. */
export async function deleteAccount(
  db: Db,
  caller: Caller,
  confirm: string,
  now: number,
): Promise<Refusal | null> {
  if (confirm !== caller.handle) {
    return refuse("request_invalid", `Write your handle, ${caller.handle}, to confirm.`, "/confirm");
  }
  await db.$client.batch(
    STATEMENTS.map((statement) => {
      const prepared = db.$client.prepare(statement);
      return statement.includes("?2") ? prepared.bind(caller.id, now) : prepared.bind(caller.id);
    }),
  );
  return null;
}
