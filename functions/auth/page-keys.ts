// Publishable keys are part of a page's code, where everybody can read them. Only pages of their origins may use them, only to generate and to
// read public data, and only up to a daily cap. The Origin header keeps other pages out, but not other programs; the cap limits those.

import { shortened } from "../../schema/contract/cut-text.ts";
import type { Db } from "../db.ts";
import { DAY_MS } from "../lib/clock.ts";
import { Refusal, refuse } from "../lib/refusal.ts";
import type { Caller } from "../rights/rights.ts";

const NAME = "[^/]+";
/** None of these paths shows the account, lists its jobs or changes stored data. */
const OPEN: readonly [method: string, path: string][] = [
  ["GET", `/v1/bases(/${NAME})?`],
  ["GET", `/v1/adapters(/facets|/${NAME}/${NAME})?`],
  ["GET", "/v1/suggest"],
  ["GET", `/v1/mixes(/${NAME}/${NAME})?`],
  ["GET", `/v1/pictures(/${NAME})?`],
  ["GET", `/v1/versions/${NAME}`],
  ["POST", "/v1/generations"],
  ["GET", `/v1/generations/${NAME}(/events)?`],
  ["POST", `/v1/generations/${NAME}/cancel`],
  ["GET", `/v1/images/${NAME}`],
  ["GET", `/(openai/v1|v1)/models(/${NAME})?`],
  ["POST", "/(openai/v1|v1)/images/generations"],
];
const ROUTES = OPEN.map(([method, path]) => new RegExp(`^${method} ${path}$`));

/** Null where a page of this origin may ask this with its key. */
export function pageRequest(
  origins: readonly string[],
  method: string,
  path: string,
  origin: string | undefined,
): Refusal | null {
  if (origin === undefined || !origins.includes(origin)) {
    const whose =
      origin === undefined ? "This request names no page (Origin)" : `Pages of ${shortened(origin, 100)}`;
    const detail = `${whose}; a publishable key is for pages of its own origins. Servers use a secret key.`;
    return refuse("origin_not_allowed", detail);
  }
  const asked = `${method === "HEAD" ? "GET" : method} ${path}`;
  if (ROUTES.some((route) => route.test(asked))) return null;
  return refuse(
    "not_granted",
    "A publishable key draws and reads what is public; for this, use a secret key.",
  );
}

const COUNT_IN = `
UPDATE api_keys SET counted = CASE counted_day WHEN ?2 THEN counted + 1 ELSE 1 END, counted_day = ?2
WHERE id = ?1 AND (daily_generations IS NULL OR counted_day <> ?2 OR counted < daily_generations)`;

/** Counts a generation in, if the caller's key has one left today. One statement, so that two requests at once cannot both take the last one. */
export async function takeGeneration(db: Db, caller: Caller, now: number): Promise<Refusal | null> {
  if (!caller.pageKey) return null;
  const today = Math.floor(now / DAY_MS);
  const { meta } = await db.$client.prepare(COUNT_IN).bind(caller.pageKey.id, today).run();
  if (meta.changes > 0) return null;
  const seconds = Math.ceil(((today + 1) * DAY_MS - now) / 1000);
  return new Refusal("quota_exceeded", "This key has ordered all the generations of its day (UTC).", [], {
    retryAfterSeconds: seconds,
  });
}
