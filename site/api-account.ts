// API calls of the account: profile, sign-in methods, sessions, deletion; and anybody's profile. Like api.ts, every call returns a Reply.

import type { z } from "zod";
import type * as contract from "../schema/contract/index.ts";
import { type Account, call, path } from "./api.ts";

export type Profile = contract.Profile;
export type Passkey = contract.Passkey;
export type AccountSession = contract.AccountSession;
export type AuthMethods = z.infer<typeof contract.AuthMethods>;
export type ProfilePatch = z.input<typeof contract.ProfilePatch>;
export type PasswordChange = z.input<typeof contract.PasswordChange>;

/** WebAuthn options as the server sends them; the browser's own types describe the rest. */
type Ceremony = { challenge: string };

export const accounts = {
  profile: (handle: string) => call<Profile>("GET", `/v1/users/${path(handle)}`),
  changeProfile: (patch: ProfilePatch) => call<Account>("PATCH", "/v1/account/profile", patch),

  methods: () => call<AuthMethods>("GET", "/v1/auth-methods"),
  gitHub: (callbackURL: string) =>
    call<{ url: string }>("POST", "/auth/sign-in/social", { provider: "github", callbackURL }),
  requestReset: (email: string) => call<unknown>("POST", "/auth/request-password-reset", { email }),
  reset: (token: string, newPassword: string) =>
    call<unknown>("POST", "/auth/reset-password", { token, newPassword }),

  sessions: () => call<{ items: AccountSession[] }>("GET", "/v1/account/sessions"),
  endSession: (id: string) => call<null>("DELETE", `/v1/account/sessions/${path(id)}`),
  endAllSessions: () => call<null>("DELETE", "/v1/account/sessions"),
  changePassword: (input: PasswordChange) => call<null>("POST", "/v1/account/password", input),

  verifyAgain: () => call<{ to: string }>("POST", "/v1/account/verification", {}),
  changeEmail: (input: { email: string; password?: string }) =>
    call<{ to: string }>("POST", "/v1/account/email", input),
  confirmEmail: (token: string) => call<{ email: string }>("POST", "/v1/account/email/confirm", { token }),

  passkeys: () => call<{ items: Passkey[] }>("GET", "/v1/account/passkeys"),
  renamePasskey: (id: string, name: string) =>
    call<Passkey>("PATCH", `/v1/account/passkeys/${path(id)}`, { name }),
  removePasskey: (id: string) => call<null>("DELETE", `/v1/account/passkeys/${path(id)}`),
  registerOptions: () => call<Ceremony>("GET", "/auth/passkey/generate-register-options"),
  registered: (response: unknown) => call<unknown>("POST", "/auth/passkey/verify-registration", { response }),
  signInOptions: () => call<Ceremony>("GET", "/auth/passkey/generate-authenticate-options"),
  signInWith: (response: unknown) =>
    call<unknown>("POST", "/auth/passkey/verify-authentication", { response }),

  leave: (input: { confirm: string; password?: string }) => call<null>("DELETE", "/v1/account", input),
};

/** A link that the browser downloads. */
export const EXPORT_URL = "/v1/account/export";
