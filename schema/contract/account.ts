// Roles, scopes and API keys. The account itself is in profiles.ts.

import { z } from "zod";
import { idOf, Timestamp } from "./ids.ts";
import { KEY_OVERLAP_HOURS, KEY_OVERLAP_MAX_HOURS } from "./limits.ts";

/** A moderator decides on reports and appeals, in a session only. */
export const USER_ROLES = ["user", "moderator"] as const;

export const SCOPES = ["read", "publish", "generate", "runner"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const KeyCreate = z
  .strictObject({
    name: z.string().trim().min(1).max(80),
    scopes: z.array(Scope).min(1),
    expires_in_days: z.int().min(1).max(3_650).optional(),
  })
  .meta({ id: "KeyCreate" });

export const KeyRotate = z
  .strictObject({
    overlap_hours: z.int().min(0).max(KEY_OVERLAP_MAX_HOURS).default(KEY_OVERLAP_HOURS).meta({
      description: "How long the old key works on beside the new one; it never outlives its own end",
    }),
  })
  .meta({ id: "KeyRotate" });

export const Key = z
  .object({
    id: idOf("key"),
    name: z.string(),
    prefix: z.string().meta({ description: "The first characters, to tell keys apart" }),
    scopes: z.array(Scope),
    created_at: Timestamp,
    expires_at: Timestamp.nullable(),
    last_used_at: Timestamp.nullable(),
    replaced_by: idOf("key")
      .nullable()
      .meta({ description: "The key that took its place when it was rotated" }),
  })
  .meta({ id: "Key" });

export const KeyCreated = Key.extend({
  key: z.string().meta({ description: "Shown this once; only its hash is kept" }),
}).meta({ id: "KeyCreated" });
