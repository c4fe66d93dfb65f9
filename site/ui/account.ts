// The signed-in account, fetched once per page. The last known handle is stored only so that the header does not flicker.

import { type Account, api, type Reply } from "../api.ts";
import { codeOf } from "../failure.ts";

const HANDLE_KEY = "orthoplex.handle";
let asked: Promise<Reply<Account | null>> | null = null;

/** The signed-in account, or null. A guest is the normal case, so the session is fetched before the account: it answers 200. */
export function askForAccount(): Promise<Reply<Account | null>> {
  asked ??= ask();
  return asked;
}

/** The same; undefined where no answer came, which says nothing about who is signed in. */
export async function loadAccount(): Promise<Account | null | undefined> {
  const reply = await askForAccount();
  return reply.ok ? reply.value : undefined;
}

export function clearAccount(): void {
  asked = null;
}

async function ask(): Promise<Reply<Account | null>> {
  const session = await api.session();
  const reply: Reply<Account | null> =
    session.ok && session.value ? await api.account() : session.ok ? GUEST : session;
  if (!reply.ok && codeOf(reply.failure) !== "auth_required") {
    // Whoever asks next asks the server again.
    asked = null;
    return reply;
  }
  const known = reply.ok ? reply : GUEST;
  remember(known.value?.handle ?? null);
  return known;
}

const GUEST: { ok: true; value: Account | null } = { ok: true, value: null };

export function lastKnownHandle(): string | null {
  try {
    return localStorage.getItem(HANDLE_KEY);
  } catch {
    return null;
  }
}

function remember(handle: string | null): void {
  try {
    if (handle) localStorage.setItem(HANDLE_KEY, handle);
    else localStorage.removeItem(HANDLE_KEY);
  } catch {
    // Storage may be blocked; the header then starts with "Sign in".
  }
}
