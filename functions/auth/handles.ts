// Handles: public names made from the name that somebody signs up with. Given once and never changed.

import { eq } from "drizzle-orm";
import { BUNDLED_BASES } from "../../schema/bases/index.ts";
import { bases, users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { randomText } from "../lib/ids.ts";

const HANDLE_MAX_CHARACTERS = 32;
/** Names that a reader would take for this server's own voice, or for an address of it. They are given only to people whom its operator lists. */
const RESERVED = new Set(
  `about abuse account accounts adapter adapters admin administrator anonymous api app assets auth billing blog bot browse catalog
  cdn collection collections compliance compose contact copyright council decisions deleted dmca docs dpo email everyone following
  all everybody here help helpdesk hostmaster inquiries legal login logout mail me mix mixes mod mods moderation moderator
  moderators new news nobody noreply no-reply null official openai operations operator operators orthoplex pictures postmaster press privacy public publish register replicate root runner
  runners safety sales search security service settings signin signup site staff static status store support sysadmin system team
  terms trust undefined v1 verified webmaster www`.split(/\s+/),
);
/** First segments of addresses, and stand-ins for a name: nobody's only as they stand. test/functions/auth/handles.test.ts finds what is missing. */
const ADDRESSES = new Set(
  `a appeals auth-methods bases blobs civitai comments compositions deregister files gallery generations hardware images jobs keys lease
  leases m mcp method metrics model-versions models notifications outputs predictions reports someone stream suggest training-emails
  trainings uploads user users versions webhook-deliveries webhooks`.split(/\s+/),
);
/** Words that impersonate the service at any place of a handle: official-anna, orthoplex-help, anna-admin. */
const CLAIMING = new Set(
  "admin admins administrator administrators moderator moderators official orthoplex staff support sysadmin".split(
    " ",
  ),
);
/** Digits in the place of characters that look like them: 0rthoplex, adm1n. A 1 is an i or an l. */
const SPELLED: Record<string, string> = { "0": "o", "3": "e", "4": "a", "5": "s", "7": "t" };
const spelled = (handle: string, one: string) =>
  handle.replace(/\d/g, (digit) => (digit === "1" ? one : (SPELLED[digit] ?? digit)));

/** Whether only the operator's own people may have it: a name of this server, of its addresses or of a base, which models are named by. */
export const isReserved = (handle: string) =>
  ADDRESSES.has(handle) ||
  BUNDLED_BASES.some((base) => (base as { id: string }).id === handle) ||
  [handle, spelled(handle, "i"), spelled(handle, "l")].some(looksReserved);

/** Without what makes two handles look the same: hyphens, and numbers behind. */
const looksReserved = (handle: string) => {
  const plain = handle.replaceAll("-", "").replace(/\d+$/, "");
  const words = handle.split("-").map((word) => word.replace(/\d+$/, ""));
  return (
    RESERVED.has(handle) ||
    RESERVED.has(plain) ||
    RESERVED.has(plain.replace(/^the|team$|official$/g, "")) ||
    words.some((word) => CLAIMING.has(word))
  );
};

/** The name in lower case with hyphens; with four random characters behind it where that is taken, and none of it where it is reserved. */
export async function freeHandle(db: Db, name: string, isListed: boolean): Promise<string> {
  const wanted = handleFrom(name);
  const isBase = await db.select({ id: bases.id }).from(bases).where(eq(bases.id, wanted)).get();
  const plain = (isReserved(wanted) || isBase) && !isListed ? `someone-${randomText(6)}` : wanted;
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
