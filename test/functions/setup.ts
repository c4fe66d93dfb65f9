// Every test file starts on an empty, migrated database.

import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll } from "vitest";
import { readBases } from "../../functions/catalog/bases.ts";
import { clearAnswers } from "../../functions/catalog/kept-answers.ts";
import { makeDatabase } from "./database.ts";

const RESETS_MAX = 20;

beforeAll(async () => {
  for (let i = 0; ; i++) {
    await reset();
    // On a busy machine a reset sometimes leaves D1 as it was.
    const left = await env.DB.prepare("SELECT 1 FROM sqlite_master WHERE name = 'users'").first();
    if (left === null) break;
    if (i === RESETS_MAX) throw new Error("The storage of the last test file could not be emptied");
  }
  await emptyBlobs();
  clearAnswers();
  await makeDatabase();
  // The isolate keeps the bases that it read last, which the file before may have published: as at a time before that, they are read anew.
  await readBases(drizzle(env.DB), 0);
});

/** What a request of the last file put away after its test had ended outlives the reset. */
async function emptyBlobs(): Promise<void> {
  for (;;) {
    const { objects } = await env.BLOBS.list();
    if (objects.length === 0) return;
    await env.BLOBS.delete(objects.map(({ key }) => key));
  }
}
