// Accounts: the five tables better-auth owns, our API keys, and the answers kept for repeated requests.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Scope } from "../contract/account.ts";
import { USER_ROLES } from "../contract/account.ts";
import type { Rating } from "../contract/moderation.ts";
import { at, flag, id, json, moment } from "./columns.ts";

export const users = sqliteTable(
  "users",
  {
    id: id("id", "usr").primaryKey(),
    handle: text("handle").notNull().unique(),
    name: text("name").notNull(),
    email: text("email").notNull().unique(),
    emailVerified: flag("email_verified").notNull().default(false),
    /** better-auth's own; ours is avatarId. */
    image: text("image"),
    avatarId: id("avatar_id", "img"),
    bio: text("bio").notNull().default(""),
    role: text("role", { enum: USER_ROLES }).notNull().default("user"),
    /** Ratings shown without being asked for, beside "general". */
    shownRatings: json<Rating[]>("shown_ratings").notNull().default(sql`'[]'`),
    /** Whether they also get an email when a training that they ordered ends. */
    trainingEmails: flag("training_emails").notNull().default(true),
    suspendedAt: at("suspended_at"),
    /** Set when the account was deleted: the row stays as the owner of tombstones, without a name or an address. */
    deletedAt: at("deleted_at"),
    /** Set when the last of their bytes was deleted. */
    purgedAt: at("purged_at"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("users_departed").on(t.deletedAt).where(sql`deleted_at is not null and purged_at is null`)],
);

/** WebAuthn credentials, as better-auth's passkey plugin keeps them. */
export const passkeys = sqliteTable(
  "passkeys",
  {
    id: text("id").primaryKey(),
    name: text("name"),
    publicKey: text("public_key").notNull(),
    userId: text("user_id").notNull(),
    credentialID: text("credential_id").notNull().unique(),
    counter: integer("counter").notNull(),
    deviceType: text("device_type").notNull(),
    backedUp: flag("backed_up").notNull(),
    transports: text("transports"),
    aaguid: text("aaguid"),
    createdAt: moment("created_at"),
  },
  (t) => [index("passkeys_user").on(t.userId)],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    token: text("token").notNull().unique(),
    expiresAt: moment("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("sessions_user").on(t.userId)],
);

export const credentials = sqliteTable(
  "credentials",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: moment("access_token_expires_at"),
    refreshTokenExpiresAt: moment("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("credentials_user").on(t.userId)],
);

export const verifications = sqliteTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: moment("expires_at").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [index("verifications_identifier").on(t.identifier)],
);

export const apiKeys = sqliteTable(
  "api_keys",
  {
    id: id("id", "key").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    name: text("name").notNull(),
    prefix: text("prefix").notNull(),
    sha256: text("sha256").notNull().unique(),
    scopes: json<Scope[]>("scopes").notNull(),
    /** Of a publishable key: the pages that may use it. Null for a secret one. */
    origins: json<string[]>("origins"),
    /** Null: no cap of its own. */
    dailyGenerations: integer("daily_generations"),
    /** Days since 1970, and how many generations were ordered on that one. */
    countedDay: integer("counted_day").notNull().default(0),
    counted: integer("counted").notNull().default(0),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at"),
    lastUsedAt: at("last_used_at"),
    revokedAt: at("revoked_at"),
    /** The key that took its place; it still works until expires_at. */
    replacedBy: id("replaced_by", "key"),
  },
  (t) => [index("api_keys_owner").on(t.ownerId, t.createdAt)],
);

/** Answers of creating POSTs, kept a day. `status` is null while the first request is still running. */
export const idempotency = sqliteTable(
  "idempotency",
  {
    ownerId: id("owner_id", "usr").notNull(),
    key: text("key").notNull(),
    requestSha256: text("request_sha256").notNull(),
    status: integer("status"),
    location: text("location"),
    body: text("body"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.key] }), index("idempotency_age").on(t.createdAt)],
);

export type KeyRow = typeof apiKeys.$inferSelect;
