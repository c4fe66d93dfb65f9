// Lists: keyset pages. A cursor is opaque; it holds the sort key of the last row, never an offset. Numbers in queries.

import { z } from "zod";
import { PAGE_DEFAULT, PAGE_MAX } from "./limits.ts";
import { token } from "./text.ts";

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** Decimal digits and nothing else, as many as a safe integer has. Number() would take 0x10, 1e1, " 10" and an empty text for numbers as well. */
const DIGITS = /^(?:0|[1-9][0-9]{0,15})$/;
const fromDigits = (sent: unknown) => (typeof sent === "string" && DIGITS.test(sent) ? Number(sent) : sent);

const notDigits = ({ code }: { code?: string | undefined }) =>
  code === "invalid_type" ? "must be a whole number in decimal digits" : undefined;

/** A whole number in a query, not negative, with further limits. */
export const queryInt = <T extends z.ZodType<number>>(limits: (number: z.ZodInt) => T) =>
  z.preprocess(fromDigits, limits(z.int({ error: notDigits }).min(0)));

export const pageQuery = {
  limit: queryInt((number) => number.min(1).max(PAGE_MAX)).default(PAGE_DEFAULT),
  cursor: token(500).optional(),
};
