// Integers for our ids, for clients that accept only those. The number is the first part of the id (its time and ten of its random bits)
// read in base 32, so that it needs no table: it finds its id as a range of the primary key. Two ids of one kind share a number only if
// they were made in the same millisecond with the same ten bits; then the first one is found.

import { and, asc, gte, lt } from "drizzle-orm";
import type { Id } from "../../schema/contract/ids.ts";
import { adapters, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
/** 55 bits, of which the time leaves the highest unused until 2248: below 2^53, which a double holds. */
const HEAD_CHARACTERS = 11;
const KIND_CHARACTERS = 4;

export function numberOf(id: Id<"adp"> | Id<"ver">): number {
  const head = id.slice(KIND_CHARACTERS, KIND_CHARACTERS + HEAD_CHARACTERS);
  return [...head].reduce((number, digit) => number * 32 + DIGITS.indexOf(digit), 0);
}

export function headOf(number: number): string {
  let head = "";
  for (let rest = number, i = 0; i < HEAD_CHARACTERS; i += 1) {
    head = DIGITS.charAt(rest % 32) + head;
    rest = Math.floor(rest / 32);
  }
  return head;
}

/** The id for a number or for the id itself; null if there is none. */
export async function adapterIdOf(db: Db, given: string): Promise<Id<"adp"> | null> {
  if (given.startsWith("adp_")) return given as Id<"adp">;
  const range = rangeOf("adp_", given);
  if (!range) return null;
  const within = and(gte(adapters.id, range[0] as Id<"adp">), lt(adapters.id, range[1] as Id<"adp">));
  const row = await db
    .select({ id: adapters.id })
    .from(adapters)
    .where(within)
    .orderBy(asc(adapters.id))
    .get();
  return row?.id ?? null;
}

export async function versionIdOf(db: Db, given: string): Promise<Id<"ver"> | null> {
  if (given.startsWith("ver_")) return given as Id<"ver">;
  const range = rangeOf("ver_", given);
  if (!range) return null;
  const within = and(gte(versions.id, range[0] as Id<"ver">), lt(versions.id, range[1] as Id<"ver">));
  const row = await db
    .select({ id: versions.id })
    .from(versions)
    .where(within)
    .orderBy(asc(versions.id))
    .get();
  return row?.id ?? null;
}

/** `~` is behind every character of an id. */
function rangeOf(kind: string, given: string): [string, string] | null {
  const number = Number(given);
  if (!/^\d{1,16}$/.test(given) || !Number.isSafeInteger(number)) return null;
  const head = headOf(number);
  return [`${kind}${head}`, `${kind}${head}~`];
}
