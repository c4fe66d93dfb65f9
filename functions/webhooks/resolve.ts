// Resolves a name by DNS over HTTPS (RFC 8484, JSON form) to refuse public names that point to private addresses. Best effort: the platform
// resolves again when it connects, and its network has no private hosts.

import { isPublic } from "./addresses.ts";

const RESOLVER = "https://cloudflare-dns.com/dns-query";
const TIMEOUT_MS = 3_000;
const TYPES = { A: 1, AAAA: 28 } as const;

type Answers = { Status: number; Answer?: { type: number; data: string }[] };
export type Resolve = (name: string) => Promise<string | null>;

/** Null if every address of the name is public, else what is wrong, as a sentence. */
export const resolveByHttps: Resolve = async (name) => {
  try {
    const found = await Promise.all([addressesOf(name, "A"), addressesOf(name, "AAAA")]);
    return faultOf(found.flat());
  } catch {
    return "The name could not be looked up.";
  }
};

export function faultOf(addresses: readonly string[]): string | null {
  if (addresses.length === 0) return "The name has no address.";
  return addresses.every(isPublic)
    ? null
    : "The name leads to an address that is not on the public internet.";
}

async function addressesOf(name: string, type: keyof typeof TYPES): Promise<string[]> {
  const response = await fetch(`${RESOLVER}?name=${encodeURIComponent(name)}&type=${type}`, {
    headers: { accept: "application/dns-json" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The resolver answered ${response.status}`);
  const { Answer = [] } = await response.json<Answers>();
  return Answer.filter((answer) => answer.type === TYPES[type]).map(({ data }) => data);
}
