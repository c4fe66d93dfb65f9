// `column IN (list)` with one bound parameter. D1 binds at most 100 parameters to a statement, and a page of a list plus its filters can need more.

import { type Column, type SQL, sql } from "drizzle-orm";

export function inList(column: Column, values: readonly (string | number)[]): SQL {
  return sql`${column} in (select value from json_each(${JSON.stringify(values)}))`;
}
