// better-auth on D1 through Drizzle: password, passkeys, GitHub where it is configured. Built per request, because a Worker gets its bindings
// with the request.

import { passkey } from "@better-auth/passkey";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { createAuthMiddleware } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { cutText } from "../../schema/contract/cut-text.ts";
import {
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  PERSON_NAME_MAX_CHARACTERS,
  RECENT_SIGN_IN_SECONDS,
  RESET_LINK_TTL_SECONDS,
  SESSION_SEEN_SECONDS,
  SESSION_TTL_SECONDS,
  VERIFY_LINK_TTL_SECONDS,
} from "../../schema/contract/limits.ts";
import { PersonName } from "../../schema/contract/profiles.ts";
import { cleaned } from "../../schema/contract/text.ts";
import { credentials, passkeys, sessions, users, verifications } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { newId } from "../lib/ids.ts";
import { refuse } from "../lib/refusal.ts";
import { faultMessage } from "../lib/wording.ts";
import { blockedFault } from "../policy/blocklist.ts";
import { isListed } from "../rights/roles.ts";
import { passwordFault } from "./common-passwords.ts";
import { type EmailMessage, resetMessage, verificationMessage } from "./email-texts.ts";
import { mayGuess, TOO_MANY_GUESSES } from "./guesses.ts";
import { freeHandle } from "./handles.ts";
import { countEmail, sendEmail } from "./mail.ts";
import { nameOfPasskey } from "./passkeys.ts";
import { claimByReset } from "./passwords.ts";
import { authRefusal } from "./refusals.ts";

/** Runs work that the reply does not wait for: the time that an email takes would reveal whether an account exists. */
export type Background = (work: Promise<unknown>) => void;

type UserId = (typeof users.$inferSelect)["id"];

/** Where better-auth takes a new password, and under which name. */
const CHOOSES_PASSWORD: Record<string, string | undefined> = {
  "/sign-up/email": "password",
  "/reset-password": "newPassword",
};

export const hasGitHub = (env: Env) => Boolean(env.GITHUB_CLIENT_ID && env.GITHUB_CLIENT_SECRET);

export function authFor(env: Env, db: Db, origin: string, background?: Background) {
  if (!env.BETTER_AUTH_SECRET) throw new Error("BETTER_AUTH_SECRET is not set");
  const write = async (userId: string, message: EmailMessage) => {
    if (await countEmail(db, userId as UserId, Date.now())) await sendEmail(env, message);
  };
  return betterAuth({
    baseURL: origin,
    basePath: "/auth",
    secret: env.BETTER_AUTH_SECRET,
    trustedOrigins: [origin],
    database: drizzleAdapter(db, {
      provider: "sqlite",
      schema: {
        user: users,
        session: sessions,
        account: credentials,
        verification: verifications,
        passkey: passkeys,
      },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_CHARACTERS,
      maxPasswordLength: PASSWORD_MAX_CHARACTERS,
      resetPasswordTokenExpiresIn: RESET_LINK_TTL_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) =>
        write(user.id, resetMessage(user, `${origin}/account/reset/?token=${token}`)),
      onPasswordReset: ({ user }) => claimByReset(db, user.id as UserId, user.emailVerified, Date.now()),
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: VERIFY_LINK_TTL_SECONDS,
      sendVerificationEmail: ({ user, token }) =>
        write(user.id, verificationMessage(user, verifyUrl(origin, token))),
    },
    session: {
      expiresIn: SESSION_TTL_SECONDS,
      updateAge: SESSION_SEEN_SECONDS,
      freshAge: RECENT_SIGN_IN_SECONDS,
    },
    // An account is linked to GitHub by its address only where both sides have verified it.
    account: {
      accountLinking: { enabled: true, trustedProviders: [], requireLocalEmailVerified: true },
      updateAccountOnSignIn: false,
    },
    socialProviders: gitHub(env),
    plugins: [
      passkey({
        rpID: new URL(origin).hostname,
        rpName: "Orthoplex",
        origin,
        authenticatorSelection: { residentKey: "required", userVerification: "preferred" },
        registration: { afterVerification: (made) => nameOfPasskey(db, made) },
      }),
    ],
    user: { additionalFields: { handle: { type: "string", required: false, input: false } } },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => {
            const named = PersonName.safeParse(user.name, { error: faultMessage });
            if (!named.success) {
              const detail = `The name ${named.error.issues[0]?.message ?? "is no name"}.`;
              throw authRefusal(refuse("account_invalid", detail, "/name"));
            }
            const blocked = await blockedFault(db, "name", [{ pointer: "/name", text: user.name }]);
            if (blocked) throw authRefusal(blocked);
            return {
              data: {
                ...bounded(user),
                name: named.data,
                handle: await freeHandle(db, user.name, isStaff(env, user.email)),
              },
            };
          },
        },
        update: { before: async (change) => ({ data: bounded(change) }) },
      },
      session: {
        create: {
          before: async (row) => ({
            data: { ...row, userAgent: row.userAgent ? userAgentOf(String(row.userAgent)) : null },
          }),
        },
      },
      // GitHub is asked once who somebody is; its tokens are not kept.
      account: {
        create: {
          before: async (row) => ({ data: { ...row, accessToken: null, refreshToken: null, idToken: null } }),
        },
      },
    },
    hooks: {
      // The handle is chosen by the service and changed under /v1/account; signing up never signs in.
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === "/sign-in/email" && !(await mayGuess(env, String(ctx.body?.email)))) {
          throw authRefusal(TOO_MANY_GUESSES);
        }
        const chosen = CHOOSES_PASSWORD[ctx.path];
        const fault = chosen && passwordFault(String(ctx.body?.[chosen]), ctx.body);
        if (fault) throw authRefusal(refuse("account_invalid", fault, `/${chosen}`));
        return ctx.path === "/passkey/verify-registration"
          ? { context: { body: { name: "", createSession: false } } }
          : undefined;
      }),
    },
    onAPIError: { errorURL: `${origin}/account/` },
    advanced: {
      database: {
        generateId: ({ model }) => (model === "user" ? newId("usr", Date.now()) : crypto.randomUUID()),
      },
      // Sessions store the browser but no IP address.
      ipAddress: { disableIpTracking: true },
      ...(background && { backgroundTasks: { handler: background } }),
    },
    // WRITE_LIMIT throttles /auth before this code runs; a second counter in each isolate would add nothing.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
}

/** Whom the operator of this server has listed by their address. */
const isStaff = (env: Env, email: string) =>
  isListed(email, env.OPERATOR_EMAILS) || isListed(email, env.MODERATOR_EMAILS);

export const verifyUrl = (origin: string, token: string) =>
  `${origin}/auth/verify-email?token=${token}&callbackURL=${encodeURIComponent("/account/?verified=1")}`;

function gitHub(env: Env) {
  const { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret } = env;
  if (!clientId || !clientSecret) return {};
  const mapProfileToUser = ({ name, login }: { name: string | null; login: string }) => ({
    name:
      PersonName.safeParse(cutText((name ?? "").normalize("NFC"), PERSON_NAME_MAX_CHARACTERS)).data ?? login,
  });
  return { github: { clientId, clientSecret, mapProfileToUser } };
}

/** better-auth bounds neither text and lets a changed name be no text; its avatar URL is not used here. */
function bounded<T extends { name?: string; image?: string | null | undefined }>(user: T): T {
  const name =
    user.name === undefined ? {} : { name: cutText(String(user.name), PERSON_NAME_MAX_CHARACTERS) };
  return { ...user, ...name, image: null };
}

const USER_AGENT_MAX_CHARACTERS = 500;
const userAgentOf = (sent: string) => cutText(cleaned(sent), USER_AGENT_MAX_CHARACTERS);
