// People: the caller's own account, and anybody's public profile.

import { z } from "zod";
import { Scope, USER_ROLES } from "./account.ts";
import { Handle, idOf, Timestamp } from "./ids.ts";
import { BIO_MAX_CHARACTERS, PERSON_NAME_MAX_CHARACTERS } from "./limits.ts";
import { RATINGS, Rating } from "./moderation.ts";
import { optionalMessage, title } from "./text.ts";

/** A display name. */
export const PersonName = title(PERSON_NAME_MAX_CHARACTERS);

const avatar_url = z.string().nullable().meta({ description: "Where the picture is; null without one" });

export const Account = z
  .object({
    id: idOf("usr"),
    handle: Handle,
    name: z.string(),
    email: z.email(),
    email_verified: z.boolean(),
    role: z.enum(USER_ROLES),
    bio: z.string(),
    avatar_url,
    shown_ratings: z
      .array(Rating)
      .meta({ description: "Ratings that lists show you without being asked, beside general" }),
    training_emails: z
      .boolean()
      .meta({ description: "Whether you also get an email when a training of yours ends" }),
    has_password: z.boolean(),
    has_github: z.boolean(),
    passkeys: z.int().meta({ description: "How many passkeys sign in to this account" }),
    suspended_at: Timestamp.nullable().meta({ description: "Set while the account may only read" }),
    signed_in_by: z.enum(["session", "key"]),
    signed_in_at: Timestamp.nullable().meta({ description: "When this session began; null for a key" }),
    scopes: z.array(Scope),
    usage: z.object({
      queued_jobs: z.int(),
      queued_jobs_max: z.int(),
      bytes_stored: z.int(),
      bytes_stored_max: z.int(),
      credits_used: z
        .int()
        .meta({ description: "Of today, UTC: what your jobs were charged, less what they got back" }),
      credits_left: z.int(),
      credits_per_day: z.int(),
      credits_renew_at: Timestamp,
    }),
    created_at: Timestamp,
  })
  .meta({ id: "Account" });
export type Account = z.infer<typeof Account>;

/** A handle never changes: it is part of every `owner/name`, of pictures' recipes and of other people's compositions. */
export const ProfilePatch = z
  .strictObject({
    name: PersonName.optional(),
    bio: optionalMessage(BIO_MAX_CHARACTERS).optional().meta({ description: "Plain text" }),
    avatar_upload_id: idOf("upl")
      .nullable()
      .optional()
      .meta({ description: "A finished upload of kind avatar; null takes the picture away" }),
    shown_ratings: z.array(Rating).max(RATINGS.length).optional(),
    training_emails: z.boolean().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, { error: "names nothing to change" })
  .meta({ id: "ProfilePatch" });

export const Profile = z
  .object({
    id: idOf("usr"),
    handle: Handle,
    name: z.string(),
    bio: z.string(),
    avatar_url,
    joined_at: Timestamp,
    adapters: z.int().nonnegative().meta({ description: "Public ones that are published" }),
    uses: z.int().nonnegative().meta({ description: "How often these were used in a picture" }),
    followers: z.int().nonnegative(),
  })
  .meta({ id: "Profile" });
export type Profile = z.infer<typeof Profile>;
