// Lists: keyset pages. A cursor is opaque; it holds the sort key of the last row, never an offset.

import { z } from "zod";
import { PAGE_DEFAULT, PAGE_MAX } from "./limits.ts";
import { token } from "./text.ts";

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(PAGE_MAX).default(PAGE_DEFAULT),
  cursor: token(500).optional(),
};
