// Handles: public names made from the name that somebody signs up with. Given once and never changed.

import { eq } from "drizzle-orm";
import { users } from "../../schema/tables.ts";
import type { Db } from "../db.ts";
import { randomText } from "../lib/ids.ts";

const HANDLE_MAX_CHARACTERS = 32;

/** The name in lower case with hyphens; with four random characters behind it where that is taken. */
export async function freeHandle(db: Db, name: string): Promise<string> {
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
