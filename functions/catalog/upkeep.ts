// What the catalog does by itself (cron): releases forgotten slots, drops parts of unfinished uploads, sends lost scans again,
// reckons trends. Each step stands alone: one that fails is logged, and the others go on.

import type { Db } from "../context.ts";
import type { Env } from "../env.ts";
import { forgetDownloaders } from "./downloads.ts";
import { resendScans } from "./scan-queue.ts";
import { releaseSlots } from "./slot-release.ts";
import { updateTrends } from "./trends.ts";
import { dropUnfinishedParts } from "./upload-parts.ts";

const SELDOM_MINUTES = 10;

export async function keepCatalog(env: Env, db: Db, now: number): Promise<void> {
  const often = [() => releaseSlots(db, now), () => dropUnfinishedParts(env, db, now)];
  const seldom = [
    () => resendScans(env, db, now),
    () => updateTrends(db, now),
    () => forgetDownloaders(db, now),
  ];
  const isSeldom = Math.floor(now / 60_000) % SELDOM_MINUTES === 0;
  for (const step of isSeldom ? [...often, ...seldom] : often) {
    try {
      await step();
    } catch (error) {
      console.error("A step of the catalog's upkeep failed", error);
    }
  }
}
