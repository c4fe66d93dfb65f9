// The caller's own account and API keys.

import { z } from "zod";
import { Handle, idOf, Timestamp } from "./ids.ts";

/** A moderator decides on reports and appeals, in a session only. */
export const USER_ROLES = ["user", "moderator"] as const;

export const SCOPES = ["read", "publish", "generate", "runner"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const Account = z
  .object({
    id: idOf("usr"),
    handle: Handle,
    name: z.string(),
    email: z.email(),
    signed_in_by: z.enum(["session", "key"]),
    scopes: z.array(Scope),
    usage: z.object({
      queued_jobs: z.int(),
      queued_jobs_max: z.int(),
      bytes_stored: z.int(),
      bytes_stored_max: z.int(),
    }),
    created_at: Timestamp,
  })
  .meta({ id: "Account" });

export const KeyCreate = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    scopes: z.array(Scope).min(1),
    expires_in_days: z.int().min(1).max(3_650).optional(),
  })
  .meta({ id: "KeyCreate" });

export const Key = z
  .object({
    id: idOf("key"),
    name: z.string(),
    prefix: z.string().meta({ description: "The first characters, to tell keys apart" }),
    scopes: z.array(Scope),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable(),
  })
  .meta({ id: "Key" });

export const KeyCreated = Key.extend({
  key: z.string().meta({ description: "Shown this once; only its hash is kept" }),
}).meta({ id: "KeyCreated" });
