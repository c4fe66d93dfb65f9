// Keyset cursors: base64url of the last row's sort key. Opaque to clients; a forged one can only move within what they may see.

import { toBase64 } from "./base64.ts";
import { type Refusal, refuse } from "./refusal.ts";

export type SortKey = (string | number)[];

function writeCursor(key: SortKey): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(key)));
}

/** The key of a cursor, or a refusal if it is not one of ours with as many parts as `shape` and of the same types. */
export function readCursor(cursor: string | undefined, shape: SortKey): SortKey | null | Refusal {
  if (cursor === undefined) return null;
  const refusal = refuse("request_invalid", "This cursor was not given out by this list.", "?cursor");
  try {
    const bytes = Uint8Array.from(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    const key: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const fits =
      Array.isArray(key) && key.length === shape.length && key.every((v, i) => typeof v === typeof shape[i]);
    return fits ? (key as SortKey) : refusal;
  } catch {
    return refusal;
  }
}

/** One page from `limit + 1` rows: the extra row only shows that there is a next page. */
export function pageOfRows<T>(rows: T[], limit: number, keyOf: (row: T) => SortKey) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last ? writeCursor(keyOf(last)) : null };
}

export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
