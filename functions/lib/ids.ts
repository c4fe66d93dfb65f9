// Makes ids: kind, time, chance. Time comes first so that ids of one kind sort by age in an index.

import type { Id, IdKind } from "../../schema/contract/ids.ts";

const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 9; // 45 bits of milliseconds: until the year 3084
const CHANCE_CHARACTERS = 13; // 65 bits

export function newId<K extends IdKind>(kind: K, now: number): Id<K> {
  let time = "";
  for (let rest = now, i = 0; i < TIME_CHARACTERS; i++) {
    time = CROCKFORD.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `${kind}_${time}${randomText(CHANCE_CHARACTERS)}`;
}

/** `length` characters of 5 random bits each. */
export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => CROCKFORD.charAt(byte & 31)).join("");
}
