// Accounts and sessions by better-auth: e-mail and password, on D1 through Drizzle. Built per request, since bindings come with the request.

import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { eq } from "drizzle-orm";
import { credentials, sessions, users, verifications } from "../../schema/tables.ts";
import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { newId, randomText } from "../lib/ids.ts";
import { type Caller, SESSION_SCOPES } from "./caller.ts";
import { roleOf } from "./roles.ts";

const PASSWORD_MIN_CHARACTERS = 8;
const HANDLE_MAX_CHARACTERS = 32;
const NAME_MAX_CHARACTERS = 80;

export function authFor(env: Env, db: Db, origin: string) {
  if (!env.BETTER_AUTH_SECRET) throw new Error("BETTER_AUTH_SECRET is not set");
  return betterAuth({
    baseURL: origin,
    basePath: "/auth",
    secret: env.BETTER_AUTH_SECRET,
    trustedOrigins: [origin],
    database: drizzleAdapter(db, {
      provider: "sqlite",
      schema: { user: users, session: sessions, account: credentials, verification: verifications },
    }),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_MIN_CHARACTERS },
    user: { additionalFields: { handle: { type: "string", required: false, input: false } } },
    databaseHooks: {
      user: {
        create: {
          before: async (user) => ({ data: { ...bounded(user), handle: await freeHandle(db, user.name) } }),
        },
        update: { before: async (change) => ({ data: bounded(change) }) },
      },
    },
    advanced: {
      database: {
        generateId: ({ model }) => (model === "user" ? newId("usr", Date.now()) : crypto.randomUUID()),
      },
    },
    // WRITE_LIMIT throttles /auth before this code runs; a second, per-isolate counter would only confuse.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
}

/** better-auth bounds neither text and lets a changed name be no text; nobody looks at a picture of a person. */
function bounded<T extends { name?: string; image?: string | null | undefined }>(user: T): T {
  const name = user.name === undefined ? {} : { name: String(user.name).slice(0, NAME_MAX_CHARACTERS) };
  return { ...user, ...name, image: null };
}

export async function callerOfSession(
  env: Env,
  db: Db,
  origin: string,
  headers: Headers,
): Promise<Caller | null> {
  const session = await authFor(env, db, origin).api.getSession({ headers });
  if (!session) return null;
  const user = await db
    .select()
    .from(users)
    .where(eq(users.id, session.user.id as Caller["id"]))
    .get();
  if (!user) return null;
  const { id, handle, name, email, emailVerified, suspendedAt, createdAt } = user;
  const role = roleOf(user, env.MODERATOR_EMAILS);
  const person = { id, handle, name, email, emailVerified, role, suspendedAt, createdAt };
  return { ...person, signedInBy: "session", scopes: SESSION_SCOPES, keyExpiresAt: null };
}

/** The name in lower case with hyphens; with four random characters behind it where that is taken. */
async function freeHandle(db: Db, name: string): Promise<string> {
  const plain = handleFrom(name);
  const taken = await db.select({ id: users.id }).from(users).where(eq(users.handle, plain)).get();
  return taken ? `${plain}-${randomText(4)}` : plain;
}

export function handleFrom(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, HANDLE_MAX_CHARACTERS)
    .replace(/^-+|-+$/g, "");
  return plain || `someone-${randomText(6)}`;
}
