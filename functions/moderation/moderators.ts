// Who moderates, and who may make somebody a moderator: only the accounts named in the settings.

import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Id } from "../../schema/contract/ids.ts";
import type { RoleChange } from "../../schema/contract/moderation.ts";
import type { Db } from "../db.ts";
import { newId } from "../lib/ids.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import { batch } from "../lib/statement.ts";
import type { Caller } from "../rights/rights.ts";
import { isListed } from "../rights/roles.ts";
import { written } from "./effects.ts";

/** A moderator whose verified address is listed in the settings. */
export function rootOf(moderator: Caller, moderatorEmails: string | undefined): Caller | Refusal {
  const isRoot = moderator.emailVerified && isListed(moderator.email, moderatorEmails);
  return isRoot
    ? moderator
    : new Refusal(
        "not_granted",
        "Only moderators who are named in this server's settings give and take roles.",
      );
}

/** Everybody who can decide now. */
export async function moderatorIds(db: Db, moderatorEmails: string | undefined): Promise<string[]> {
  const named = (moderatorEmails ?? "").split(",").map((email) => email.trim().toLowerCase());
  const rows = await db.all<{ id: string }>(sql`
    select id from users
    where deleted_at is null and suspended_at is null and (role = 'moderator' or (
      email_verified and lower(email) in (select value from json_each(${JSON.stringify(named)}))))`);
  return rows.map(({ id }) => id);
}

type User = { id: Id<"usr">; role: z.infer<typeof RoleChange>["role"]; suspended_at: number | null };

/** Grants or revokes the role. Without a change nothing is logged. */
export async function changeRole(
  db: Db,
  root: Caller,
  input: z.infer<typeof RoleChange>,
  now: number,
): Promise<Refusal | null> {
  const user = await db.get<User>(
    sql`select id, role, suspended_at from users where handle = ${input.handle} and deleted_at is null`,
  );
  if (!user) return refuse("not_found", `There is nobody called ${input.handle}.`, "/handle");
  if (user.id === root.id) return refuse("not_granted", "You cannot change your own role.", "/handle");
  if (user.role === input.role) return null;
  if (input.role === "moderator" && user.suspended_at !== null) {
    return refuse("version_state", `${input.handle} is suspended.`, "/handle");
  }
  const id = newId("act", now);
  const data = JSON.stringify({ role: input.role, role_before: user.role });
  await batch(db, [
    sql`
      insert into moderation_actions (id, moderator_id, kind, target_kind, target_id, subject_id, reason, data, created_at)
      select ${id}, ${root.id}, 'set_role', 'user', ${user.id}, ${user.id}, ${input.reason}, ${data}, ${now}
      where exists (select 1 from users where id = ${user.id} and role = ${user.role})`,
    sql`update users set role = ${input.role} where id = ${user.id} and ${written(id)}`,
  ]);
  return null;
}
