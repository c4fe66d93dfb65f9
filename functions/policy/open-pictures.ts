// Which shared pictures others see, as one condition of SQL: compose/sharing.ts decides by the same rules when a picture is shared.

import { type SQL, sql } from "drizzle-orm";
import { pictures } from "../../schema/tables.ts";

/** It was not taken away, and every adapter in it is public, in a version that can be used. */
export const isOpenPicture: SQL = sql`(${pictures.state} = 'published' and not exists (
  select 1 from picture_members m left join versions v on v.id = m.version_id left join adapters a on a.id = m.adapter_id
  where m.picture_id = ${pictures.id}
    and (v.state is not 'published' or a.state is not 'published' or a.visibility is not 'public')))`;
