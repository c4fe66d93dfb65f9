// Sign-in methods and account data: credentials, sessions, passkeys, password, email address, and deleting the account. Signing in itself is
// better-auth's, under /auth.

import { z } from "zod";
import { Handle, Timestamp } from "./ids.ts";
import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from "./limits.ts";
import { plainText, title } from "./text.ts";

export const AuthMethods = z
  .object({
    password: z.literal(true),
    passkey: z.literal(true),
    github: z.boolean().meta({ description: "Whether this server is set up for it" }),
  })
  .meta({ id: "AuthMethods" });

export const AccountSession = z
  .object({
    id: z.string(),
    device: z.string().meta({ description: "Browser and system, as far as the browser named them" }),
    current: z.boolean(),
    created_at: Timestamp,
    last_seen_at: Timestamp.meta({ description: "Within the hour" }),
    expires_at: Timestamp,
  })
  .meta({ id: "AccountSession" });
export type AccountSession = z.infer<typeof AccountSession>;

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    synced: z.boolean().meta({ description: "Whether its keeper copies it to other devices" }),
    created_at: Timestamp.nullable(),
  })
  .meta({ id: "Passkey" });
export type Passkey = z.infer<typeof Passkey>;

export const PasskeyPatch = z.strictObject({ name: title(80) }).meta({ id: "PasskeyPatch" });

const password = plainText(PASSWORD_MAX_CHARACTERS).min(1);
const proof = password
  .optional()
  .meta({ description: "Your password; needed where you did not sign in within the last hour" });

export const PasswordChange = z
  .strictObject({
    current_password: password.optional().meta({ description: "Needed where the account has a password" }),
    new_password: plainText(PASSWORD_MAX_CHARACTERS).min(PASSWORD_MIN_CHARACTERS),
  })
  .meta({ id: "PasswordChange" });

export const EmailChange = z
  .strictObject({ email: z.email().max(254), password: proof })
  .meta({ id: "EmailChange" });

export const EmailConfirm = z
  .strictObject({ token: z.string().regex(/^[0-9a-z]{40}$/, "must be the one from the email") })
  .meta({ id: "EmailConfirm" });

export const EmailConfirmed = z.object({ email: z.email() }).meta({ id: "EmailConfirmed" });

export const EmailSent = z
  .object({ to: z.email().meta({ description: "The address that the email is sent to" }) })
  .meta({ id: "EmailSent" });

export const AccountDelete = z
  .strictObject({
    confirm: Handle.meta({ description: "Your handle, to be sure" }),
    password: proof,
  })
  .meta({ id: "AccountDelete" });
