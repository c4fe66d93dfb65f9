// API calls of the account: profile, sign-in methods, sessions, deletion; and anybody's profile. Like api.ts, every call returns a Reply.

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { call, type Schema, send } from "./api.ts";

export type Profile = Schema<"Profile">;
export type Passkey = Schema<"Passkey">;
export type ProfilePatch = Schema<"ProfilePatch">;
export type PasswordChange = Schema<"PasswordChange">;

export const accounts = {
  profile: (handle: string) => call("get", "/v1/users/{handle}", { params: { path: { handle } } }),
  changeProfile: (body: ProfilePatch) => call("patch", "/v1/account/profile", { body }),

  methods: () => call("get", "/v1/auth-methods"),
  gitHub: (callbackURL: string) =>
    send<{ url: string }>("POST", "/auth/sign-in/social", { provider: "github", callbackURL }),
  requestReset: (email: string) => send<unknown>("POST", "/auth/request-password-reset", { email }),
  reset: (token: string, newPassword: string) =>
    send<unknown>("POST", "/auth/reset-password", { token, newPassword }),

  sessions: () => call("get", "/v1/account/sessions"),
  endSession: (session: string) =>
    call("delete", "/v1/account/sessions/{session}", { params: { path: { session } } }),
  endAllSessions: () => call("delete", "/v1/account/sessions"),
  changePassword: (body: PasswordChange) => call("post", "/v1/account/password", { body }),

  verifyAgain: () => call("post", "/v1/account/verification"),
  changeEmail: (body: Schema<"EmailChange">) => call("post", "/v1/account/email", { body }),
  confirmEmail: (token: string) => call("post", "/v1/account/email/confirm", { body: { token } }),

  stopTrainingEmails: (user: string, query: { expires: string; signature: string }) =>
    call("post", "/v1/training-emails/{user}/stop", { params: { path: { user }, query } }),

  passkeys: () => call("get", "/v1/account/passkeys"),
  renamePasskey: (passkey: string, name: string) =>
    call("patch", "/v1/account/passkeys/{passkey}", { params: { path: { passkey } }, body: { name } }),
  removePasskey: (passkey: string) =>
    call("delete", "/v1/account/passkeys/{passkey}", { params: { path: { passkey } } }),
  registerOptions: () =>
    send<PublicKeyCredentialCreationOptionsJSON>("GET", "/auth/passkey/generate-register-options"),
  registered: (response: unknown) => send<unknown>("POST", "/auth/passkey/verify-registration", { response }),
  signInOptions: () =>
    send<PublicKeyCredentialRequestOptionsJSON>("GET", "/auth/passkey/generate-authenticate-options"),
  signInWith: (response: unknown) =>
    send<unknown>("POST", "/auth/passkey/verify-authentication", { response }),

  leave: (body: Schema<"AccountDelete">) => call("delete", "/v1/account", { body }),
};

/** A link that the browser downloads. */
export const EXPORT_URL = "/v1/account/export";
