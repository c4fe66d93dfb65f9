// The accounts of a local server, created through the public sign-up API: `demo` is the user, `operator` runs the runner and
// owns most of the seeded catalog, three studios own the rest. Their passwords and keys are kept in the home's secrets.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ApiError, Orthoplex, type Schema } from "../../schema/client/index.ts";
import type { Home } from "./paths.ts";
import { newSecret, readJson, writePrivately } from "./secrets.ts";

const EMAIL_DEADLINE_MS = 20_000;
const EMAIL_POLL_MS = 100;

export type Account = { name: string; email: string; password: string; api_key: string; handle: string };
type Role = { name: string; email: string; scopes: Schema<"Account">["scopes"] };

export const DEMO: Role = {
  name: "Demo",
  email: "demo@orthoplex.localhost",
  scopes: ["read", "publish", "generate"],
};
/** Its email is listed in OPERATOR_EMAILS, so that its runner serves everybody's jobs, and in MODERATOR_EMAILS. Existing local databases hold this address. */
export const OPERATOR: Role = {
  name: "Orthoplex",
  email: "house@orthoplex.localhost",
  scopes: ["read", "publish", "generate", "runner"],
};

/** They publish seeds too, so that the catalog has several owners: card.json names their handles. */
export const STUDIOS: readonly Role[] = ["Ink Room", "Flat Studio", "Toon Studio"].map((name) => ({
  name,
  email: `${name.toLowerCase().replace(" ", "-")}@orthoplex.localhost`,
  // Their mixes have covers that they have generated.
  scopes: ["read", "publish", "generate"],
}));

const fileOf = (home: Home, { name }: Role) =>
  join(home.secrets, `${name.toLowerCase().replace(" ", "-")}.json`);

/** Of a server that was started here before. */
export function accountOf(home: Home, role: Role): Account {
  const kept = readJson<Account>(fileOf(home, role));
  if (kept) return kept;
  throw new Error(`${fileOf(home, role)} is missing: start the server once with npm start`);
}

/** Idempotent: a key that still works is kept, an existing account is signed in, else it is created. */
export async function ensureAccount(home: Home, url: string, role: Role): Promise<Account> {
  const file = fileOf(home, role);
  const kept = readJson<Account>(file);
  if (kept && (await keyWorks(url, kept.api_key, role))) return kept;

  const password = kept?.password ?? newSecret().slice(0, 16);
  const session = (kept && (await signIn(url, role, password))) || (await signUp(url, role, password));
  const { key } = await session.post("/v1/keys", { body: { name: "npm start", scopes: role.scopes } });
  const { handle, email_verified } = await session.get("/v1/account");
  if (!email_verified) await verifyEmail(home, url, role, session);
  const account: Account = { name: role.name, email: role.email, password, api_key: key, handle };
  writePrivately(file, `${JSON.stringify(account, null, 2)}\n`);
  return account;
}

/** Follows the link of the email, which a local Worker writes into its log: an unverified account may use little. */
async function verifyEmail(home: Home, url: string, role: Role, session: Orthoplex): Promise<void> {
  await session.post("/v1/account/verification");
  const sent = new RegExp(`Email to ${role.email}\\n[\\s\\S]*?\\n(http\\S+/auth/verify-email\\S+)`, "g");
  for (const end = Date.now() + EMAIL_DEADLINE_MS; Date.now() < end; await pause(EMAIL_POLL_MS)) {
    const link = [...readFileSync(join(home.logs, "worker.log"), "utf8").matchAll(sent)].at(-1)?.[1];
    if (!link) continue;
    await fetch(new URL(new URL(link).pathname + new URL(link).search, url), { redirect: "manual" });
    const { email_verified } = await session.get("/v1/account");
    if (email_verified) return;
  }
  throw new Error(`The email that verifies ${role.email} did not come within ${EMAIL_DEADLINE_MS / 1000} s`);
}

/** Also checks the scopes: a newer version of the product may need more of them. An account of an older one is not verified. */
async function keyWorks(url: string, apiKey: string, role: Role): Promise<boolean> {
  try {
    const { scopes, email_verified } = await new Orthoplex({ url, key: apiKey }).get("/v1/account");
    return email_verified && role.scopes.every((scope) => scopes.includes(scope));
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

async function signIn(url: string, role: Role, password: string): Promise<Orthoplex | null> {
  const response = await authenticate(url, "sign-in", { email: role.email, password });
  return response.ok ? sessionOf(url, response) : null;
}

async function signUp(url: string, role: Role, password: string): Promise<Orthoplex> {
  const response = await authenticate(url, "sign-up", { name: role.name, email: role.email, password });
  if (response.ok) return sessionOf(url, response);
  throw new Error(`Signing up ${role.email}: ${response.status} ${await response.text()}`);
}

function authenticate(
  url: string,
  act: "sign-in" | "sign-up",
  body: Record<string, string>,
): Promise<Response> {
  return fetch(`${url}/auth/${act}/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify(body),
  });
}

function sessionOf(url: string, response: Response): Orthoplex {
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  return new Orthoplex({ url, headers: { cookie, origin: url } });
}
