// A base whose adapters are tokens and whole residuals: what merged files can hold. No base that comes with the product is one now,
// so tests publish it.

import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { readBases } from "../../../functions/catalog/bases.ts";
import type { Base } from "../../../schema/contract/bases.ts";
import { RESERVING as DESCRIPTION } from "../../schema/reserving-base.ts";

export const RESERVING = DESCRIPTION as Base;

/** Longer than an isolate goes without reading. */
const LATER_MS = 3_600_000;
const readAgain = () => readBases(drizzle(env.DB), Date.now() + LATER_MS);

/** Makes the Worker of this test know it. The result takes it away again. */
export async function knowReserving(): Promise<() => Promise<void>> {
  await env.DB.prepare("INSERT INTO bases (id, owner_id, description, published_at) VALUES (?1, ?2, ?3, 0)")
    .bind(RESERVING.id, "usr_00000000000000000000000000", JSON.stringify(RESERVING))
    .run();
  await readAgain();
  return async () => {
    await env.DB.prepare("DELETE FROM bases WHERE id = ?1").bind(RESERVING.id).run();
    await readAgain();
  };
}
