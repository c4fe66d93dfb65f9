// Roles, scopes and API keys. The account itself is in profiles.ts.

import { z } from "zod";
import { idOf, Timestamp } from "./ids.ts";
import {
  KEY_DAILY_GENERATIONS_MAX,
  KEY_ORIGIN_MAX_CHARACTERS,
  KEY_ORIGINS_MAX,
  KEY_OVERLAP_HOURS,
  KEY_OVERLAP_MAX_HOURS,
} from "./limits.ts";
import { title, token } from "./text.ts";

/** A moderator decides on reports and appeals, in a session only. */
export const USER_ROLES = ["user", "moderator"] as const;

export const SCOPES = ["read", "publish", "generate", "runner"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

export const KEY_KINDS = ["secret", "publishable"] as const;
/** The scopes that a publishable key may have. */
export const PUBLISHABLE_SCOPES: readonly Scope[] = ["read", "generate"];

const LOCAL_HOST = /^(?:localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])$/;

/** As a browser writes it into the header Origin: https, a name, perhaps a port. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return (
    origin === text &&
    !hostname.includes("*") &&
    (protocol === "https:" || (protocol === "http:" && LOCAL_HOST.test(hostname)))
  );
}

export const Origin = token(KEY_ORIGIN_MAX_CHARACTERS).refine(
  isOrigin,
  "must be an origin as browsers write it, such as https://example.org; http only of this machine",
);

export const KeyCreate = z
  .strictObject({
    name: title(80),
    scopes: z.array(Scope).min(1).max(SCOPES.length),
    expires_in_days: z.int().min(1).max(3_650).optional(),
    kind: z.enum(KEY_KINDS).default("secret").meta({
      description:
        "secret: for servers and scripts. publishable: for the code of a page, where everybody can read it",
    }),
    origins: z
      .array(Origin)
      .min(1)
      .max(KEY_ORIGINS_MAX)
      .optional()
      .meta({ description: "Of a publishable key: the pages that may use it" }),
    generations_per_day: z
      .int()
      .min(1)
      .max(KEY_DAILY_GENERATIONS_MAX)
      .optional()
      .meta({ description: "Of a publishable key: its cap, by the day of UTC" }),
  })
  .superRefine((input, context) => {
    const fault = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    if (input.kind === "secret") {
      if (input.origins) fault(["origins"], "belongs to a publishable key");
      if (input.generations_per_day) fault(["generations_per_day"], "belongs to a publishable key");
      return;
    }
    if (!input.origins) fault(["origins"], "a publishable key names the pages that may use it");
    for (const [place, scope] of input.scopes.entries()) {
      if (!PUBLISHABLE_SCOPES.includes(scope)) {
        fault(["scopes", place], `a publishable key holds at most ${PUBLISHABLE_SCOPES.join(" and ")}`);
      }
    }
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
    prefix: z.string().meta({ description: "The first characters, to distinguish keys" }),
    kind: z.enum(KEY_KINDS),
    scopes: z.array(Scope),
    origins: z.array(z.string()).meta({ description: "The pages that may use it; empty for a secret key" }),
    generations_per_day: z.int().nullable(),
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
