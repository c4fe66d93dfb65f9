// The caller's own account, as only they see it.

import { and, eq, sql } from "drizzle-orm";
import { BYTES_STORED_PER_OWNER_MAX, QUEUED_JOBS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import type { Account } from "../../schema/contract/profiles.ts";
import { credentials, jobs, passkeys, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { creditsOf } from "../dispatch/credits.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import type { Caller } from "../rights/rights.ts";
import { imageUrl } from "../storage/images.ts";
import { bytesOf } from "../storage/uploads.ts";

export async function accountJson(db: Db, caller: Caller, origin: string, now: number): Promise<Account> {
  const [queued, stored, credits, ways, keys, user] = await Promise.all([
    db.$count(jobs, and(eq(jobs.ownerId, caller.id), sql`status in ('queued', 'running')`)),
    bytesOf(db, caller.id, now),
    creditsOf(db, caller.id, now),
    db
      .select({ provider: credentials.providerId })
      .from(credentials)
      .where(eq(credentials.userId, caller.id))
      .all(),
    db.$count(passkeys, eq(passkeys.userId, caller.id)),
    db.select().from(users).where(eq(users.id, caller.id)).get(),
  ]);
  if (!user) throw new Error(`Caller ${caller.id} has no row`);
  const has = (provider: string) => ways.some((way) => way.provider === provider);
  return {
    id: user.id,
    handle: user.handle,
    name: user.name,
    email: user.email,
    email_verified: user.emailVerified,
    role: caller.role,
    bio: user.bio,
    avatar_url: user.avatarId === null ? null : imageUrl(origin, user.avatarId),
    shown_ratings: user.shownRatings,
    training_emails: user.trainingEmails,
    has_password: has("credential"),
    has_github: has("github"),
    passkeys: keys,
    suspended_at: isoTimeOrNull(user.suspendedAt),
    signed_in_by: caller.signedInBy,
    signed_in_at: caller.session?.createdAt.toISOString() ?? null,
    scopes: [...caller.scopes],
    usage: {
      queued_jobs: queued,
      queued_jobs_max: QUEUED_JOBS_PER_OWNER_MAX,
      bytes_stored: stored,
      bytes_stored_max: BYTES_STORED_PER_OWNER_MAX,
      credits_used: credits.used,
      credits_left: credits.left,
      credits_per_day: credits.perDay,
      credits_renew_at: isoTime(credits.renewAt),
    },
    created_at: user.createdAt.toISOString(),
  };
}
