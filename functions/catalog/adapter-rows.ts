// Adapters with their slots, versions and pictures as one statement reads them. The lists of columns are made once: Drizzle's builder makes the
// same text anew at every call, and reads rows of a join by place, which a batch of D1 does not keep.

import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import {
  type AdapterRow,
  adapters,
  type ImageRow,
  type OwnedAdapter,
  type VersionRow,
  versions,
} from "../../schema/tables.ts";

export type ShownPicture = Pick<ImageRow, "id" | "width" | "height" | "recipe">;
/** What its JSON says of a version. The metadata of its file are the largest column, and not shown. */
export type ShownVersion = Omit<VersionRow, "metadata"> & {
  pictures: Map<string, ShownPicture>;
  supersededBy: VersionRow["id"] | null;
};
/** An adapter of a list: with its slot and its newest version that the caller may see. */
export type ListedAdapter = OwnedAdapter & { slot: number | null; latest: ShownVersion | null };

type Found = Record<string, unknown>;

/** The columns of a table under an alias, as `prefix_name`, and their values of a row as Drizzle maps them. */
function columnsOf<Row>(table: SQLiteTable, alias: string, except: readonly string[] = []) {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => !except.includes(key)) as [
    string,
    SQLiteColumn,
  ][];
  const named = columns.map(([key, column]) => ({ key, column, as: `${alias}_${column.name}` }));
  return {
    select: sql.raw(named.map(({ column, as }) => `${alias}."${column.name}" as ${as}`).join(", ")),
    read: (row: Found) =>
      Object.fromEntries(
        named.map(({ key, column, as }) => {
          const value = row[as];
          return [key, value === null ? null : column.mapFromDriverValue(value)];
        }),
      ) as Row,
  };
}

const ADAPTER = columnsOf<AdapterRow>(adapters, "a");
const VERSION = columnsOf<Omit<VersionRow, "metadata">>(versions, "v", ["metadata"]);

/** Of `adapters a` with `users u` and `slots s`. */
export const ADAPTER_COLUMNS = sql`${ADAPTER.select}, u.handle as owner, s.slot as slot`;

/** Of `versions v`: beside its row the pictures that it shows, and the version that supersedes it. */
export const VERSION_COLUMNS = sql`${VERSION.select},
  (select json_group_array(json_array(i.id, i.width, i.height, i.recipe))
    from json_each(v.previews) j cross join images i on i.id = j.value) as pictures,
  (select n.id from versions n where n.adapter_id = v.adapter_id and n.supersedes_id = v.id and n.state = 'published'
    order by n.number desc limit 1) as superseded_by`;

/** Which versions of `adapters a` the caller sees: its owner all of them, others the published ones. */
export const seenBy = (callerId: string | undefined): SQL =>
  sql`(v.state = 'published' or a.owner_id = ${callerId ?? ""})`;

/** The newest published version, else the newest draft, which only its owner sees. */
export const latestSeenBy = (callerId: string | undefined): SQL => sql`(
  select l.id from versions l
  where l.adapter_id = a.id and (l.state = 'published' or (l.state = 'draft' and a.owner_id = ${callerId ?? ""}))
  order by l.state = 'published' desc, l.number desc limit 1)`;

export const adapterOfRow = (row: Found): OwnedAdapter & { slot: number | null } => ({
  ...ADAPTER.read(row),
  owner: row.owner as string,
  slot: row.slot as number | null,
});

/** Null where a left join found no version. */
export function versionOfRow(row: Found): ShownVersion | null {
  if (row.v_id === null) return null;
  const pictures = JSON.parse(row.pictures as string) as [ImageRow["id"], number, number, string | null][];
  return {
    ...VERSION.read(row),
    supersededBy: row.superseded_by as VersionRow["id"] | null,
    pictures: new Map(
      pictures.map(([id, width, height, recipe]) => [
        id,
        { id, width, height, recipe: recipe === null ? null : (JSON.parse(recipe) as ImageRow["recipe"]) },
      ]),
    ),
  };
}
