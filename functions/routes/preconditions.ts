// If-Match and If-None-Match (RFC 9110, 13.1) where no route looks at them. What can be changed has no ETag, so a write that asks to be compared
// is refused instead of being done uncompared. There are no modification dates: conditions on these must be ignored (13.1.3 and 13.1.4).

import { createMiddleware } from "hono/factory";
import type { App } from "../context.ts";
import { type Refusal, Refused, refuse } from "../lib/refusal.ts";

const READS = ["GET", "HEAD", "OPTIONS", "QUERY"];
/** A selected representation came, or the sender has it. */
const SELECTED = [200, 206, 304];

/** They describe the contents that were asked for, not the refusal. */
const OF_CONTENTS = [
  ...["accept-ranges", "cache-control", "content-disposition", "content-encoding", "content-length"],
  ...["content-range", "etag", "expires"],
];

export const preconditions = createMiddleware<App>(async (c, next) => {
  const match = c.req.header("if-match")?.trim();
  const isRead = READS.includes(c.req.method);
  const fault = isRead ? null : writeFault(c.req.method, match, c.req.header("if-none-match"));
  if (fault) throw new Refused(fault);
  await next();
  if (!isRead || match === undefined || !SELECTED.includes(c.res.status)) return;
  const etag = c.res.headers.get("etag");
  if (holds(match, etag)) return;
  await c.res.body?.cancel();
  // The refusal takes over the headers of the answer in whose place it comes.
  for (const name of OF_CONTENTS) c.res.headers.delete(name);
  const current = etag === null ? "It has no ETag." : `Its ETag is ${etag}.`;
  throw new Refused(refuse("precondition_failed", `If-Match names other contents. ${current}`, "if-match"));
});

function writeFault(
  method: string,
  match: string | undefined,
  noneMatch: string | undefined,
): Refusal | null {
  if (match !== undefined && match !== "*") {
    const detail = "What is changed here has no ETag, so that it cannot be compared. Leave If-Match out.";
    return refuse("precondition_failed", detail, "if-match");
  }
  if (method === "PUT" && noneMatch?.trim() === "*") {
    const detail = "A PUT here also changes what is there already. Leave If-None-Match out, or look first.";
    return refuse("precondition_failed", detail, "if-none-match");
  }
  return null;
}

/** Strong comparison (13.1.1): a weak tag never holds. */
const holds = (match: string, etag: string | null): boolean =>
  match === "*" || (etag !== null && !etag.startsWith("W/") && tagsOf(match).includes(etag));

const tagsOf = (header: string): readonly string[] => header.match(/(?:W\/)?"[^"]*"/g) ?? [];
