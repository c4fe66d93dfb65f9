// The signed-in account, fetched once per page. The last known handle is stored only so that the header does not flicker.

import { type Account, api } from "../api.ts";

const HANDLE_KEY = "orthoplex.handle";
let asked: Promise<Account | null> | null = null;

/** The signed-in account, or null. A guest is the normal case, so the session is fetched before the account: it answers 200. */
export function loadAccount(): Promise<Account | null> {
  asked ??= ask();
  return asked;
}

export function clearAccount(): void {
  asked = null;
}

async function ask(): Promise<Account | null> {
  const session = await api.session();
  const account = session.ok && session.value ? await api.account() : null;
  const value = account?.ok ? account.value : null;
  if (session.ok) remember(value?.handle ?? null);
  return value;
}

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
