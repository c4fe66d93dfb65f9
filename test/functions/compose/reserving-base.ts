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

export const knowReserving = () => know(RESERVING);

/** Makes the Worker of this test know a base. The result takes it away again. */
export async function know(base: Base): Promise<() => Promise<void>> {
  await env.DB.prepare("INSERT INTO bases (id, owner_id, description, published_at) VALUES (?1, ?2, ?3, 0)")
    .bind(base.id, "usr_00000000000000000000000000", JSON.stringify(base))
    .run();
  await readAgain();
  return async () => {
    await env.DB.prepare("DELETE FROM bases WHERE id = ?1").bind(base.id).run();
    await readAgain();
  };
}
