// The column types that every table uses. Times are milliseconds since 1970 in UTC; JSON columns hold what their type says.

import { integer, text } from "drizzle-orm/sqlite-core";
import type { Id, IdKind } from "../contract/ids.ts";

export const id = <K extends IdKind>(name: string, _kind: K) => text(name).$type<Id<K>>();
export const at = (name: string) => integer(name);
/** better-auth uses Date. */
export const moment = (name: string) => integer(name, { mode: "timestamp_ms" });
export const json = <T>(name: string) => text(name, { mode: "json" }).$type<T>();
export const flag = (name: string) => integer(name, { mode: "boolean" });
