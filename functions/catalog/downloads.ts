// Counts downloads. The rule: a published file that is sent from its first byte to somebody who is not its owner, once a day per
// caller, or per IP address where nobody is signed in. Not counted: HEAD, a later range, and "not modified".

import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { hex } from "../lib/sha256.ts";
import type { Caller } from "../rights/rights.ts";
import { dayOf } from "./trends.ts";
import type { VersionWithAdapter } from "./versions.ts";

const MARK = "INSERT OR IGNORE INTO adapter_downloads (day, adapter_id, who) VALUES (?, ?, ?)";
const COUNT_ALL = "UPDATE adapters SET downloads = downloads + 1 WHERE id = ?";
const COUNT_DAY = `INSERT INTO adapter_days (adapter_id, day, downloads) VALUES (?, ?, 1)
  ON CONFLICT (adapter_id, day) DO UPDATE SET downloads = downloads + 1`;

/** True for a reply that the rule counts. Pure. */
export function isCounted(request: Request, response: Response): boolean {
  if (request.method !== "GET") return false;
  if (response.status === 200) return true;
  return response.status === 206 && (response.headers.get("content-range")?.startsWith("bytes 0-") ?? false);
}

export async function countDownload(
  {
    env,
    db,
    caller,
    address,
    now,
  }: { env: Env; db: Db; caller: Caller | null; address: string | undefined; now: number },
  { version, adapter }: VersionWithAdapter,
): Promise<void> {
  if (version.state !== "published" || caller?.id === adapter.ownerId) return;
  const who = caller?.id ?? address;
  if (who === undefined) return;
  const day = dayOf(now);
  const mark = await db.$client
    .prepare(MARK)
    .bind(day, adapter.id, await pseudonym(env, day, who))
    .run();
  if (mark.meta.changes === 0) return;
  await db.$client.batch([
    db.$client.prepare(COUNT_ALL).bind(adapter.id),
    db.$client.prepare(COUNT_DAY).bind(adapter.id, day),
  ]);
}

/** IP addresses are not stored: a keyed hash that changes every day can be neither reversed nor followed. */
async function pseudonym(env: Env, day: number, who: string): Promise<string> {
  const bytes = new TextEncoder();
  const secret = bytes.encode(`downloads ${env.UPLOAD_SIGNING_SECRET}`);
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return hex(await crypto.subtle.sign("HMAC", key, bytes.encode(`${day} ${who}`))).slice(0, 32);
}

/** Cron: yesterday's may still be asked for by a request that began before midnight. */
export async function deleteExpiredDownloaders(db: Db, now: number): Promise<void> {
  await db.$client
    .prepare("DELETE FROM adapter_downloads WHERE day < ?")
    .bind(dayOf(now) - 1)
    .run();
}
