// The same tensors under another owner's name: found by the hash of the tensors, which does not depend on the header.

import { and, asc, eq, isNotNull, ne, or, sql } from "drizzle-orm";
import type { VersionRow } from "../../schema/tables.ts";
import { adapters, users, versions } from "../../schema/tables.ts";
import type { Db } from "../db.ts";

/** `ref` only where it is public. */
export type Twin = { ref: string | null };

/** True of versions that somebody else published before this one, yanked ones included: the first publisher keeps precedence. */
export const isTwinOf = (row: Pick<VersionRow, "id" | "adapterId" | "publishedAt">) =>
  and(
    ne(adapters.ownerId, sql`(select owner_id from adapters where id = ${row.adapterId})`),
    isNotNull(versions.publishedAt),
    row.publishedAt === null
      ? undefined
      : or(
          sql`${versions.publishedAt} < ${row.publishedAt}`,
          and(eq(versions.publishedAt, row.publishedAt), sql`${versions.id} < ${row.id}`),
        ),
  );

export async function duplicateOf(db: Db, row: VersionRow, tensorsSha256: string): Promise<Twin | null> {
  const twin = await db
    .select({
      owner: users.handle,
      name: adapters.name,
      number: versions.number,
      isOpen: sql<number>`${adapters.visibility} = 'public' and ${adapters.state} = 'published' and ${versions.state} = 'published'`,
    })
    .from(versions)
    .innerJoin(adapters, eq(adapters.id, versions.adapterId))
    .innerJoin(users, eq(users.id, adapters.ownerId))
    .where(and(eq(versions.tensorsSha256, tensorsSha256), isTwinOf(row)))
    .orderBy(asc(versions.publishedAt))
    .limit(1)
    .get();
  return twin ? { ref: twin.isOpen ? `${twin.owner}/${twin.name}:${twin.number}` : null } : null;
}
