// /v1/account and /v1/keys: who I am, what I use, and my API keys.

import { createRoute } from "@hono/zod-openapi";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { Account, Key, KeyCreate, KeyCreated } from "../../schema/contract/account.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { BYTES_STORED_PER_OWNER_MAX, QUEUED_JOBS_PER_OWNER_MAX } from "../../schema/contract/limits.ts";
import { jobs } from "../../schema/tables.ts";
import { active, callerWith } from "../auth/caller.ts";
import { createKey, type KeyRow, listKeys, revokeKey } from "../auth/keys.ts";
import { isoTime, isoTimeOrNull } from "../catalog/adapter-json.ts";
import { bytesOf } from "../catalog/uploads.ts";
import { granted } from "../lib/refusal.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";

const me = createRoute({
  method: "get",
  path: "/v1/account",
  summary: "Get your account",
  tags: ["account"],
  middleware: noQuery,
  responses: { 200: jsonReply("Your account", Account) },
});

const list = createRoute({
  method: "get",
  path: "/v1/keys",
  summary: "List your API keys",
  tags: ["account"],
  middleware: noQuery,
  responses: { 200: jsonReply("Your keys, newest first", z.object({ items: z.array(Key) })) },
});

const create = createRoute({
  method: "post",
  path: "/v1/keys",
  summary: "Make an API key",
  description:
    "The key is in this answer and nowhere else. A key cannot hand out scopes it lacks, and no key it makes outlives it.",
  tags: ["account"],
  middleware: noQuery,
  request: { body: jsonBody(KeyCreate) },
  responses: { 201: jsonReply("The key, shown this once", KeyCreated) },
});

const revoke = createRoute({
  method: "delete",
  path: "/v1/keys/{key}",
  summary: "Revoke an API key",
  tags: ["account"],
  middleware: noQuery,
  request: { params: idParam("key", idOf("key")) },
  responses: { 204: { description: "Revoked" } },
});

const keyJson = (row: KeyRow): z.infer<typeof Key> => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  created_at: isoTime(row.createdAt),
  expires_at: isoTimeOrNull(row.expiresAt),
  last_used_at: isoTimeOrNull(row.lastUsedAt),
});

export const account = router()
  .openapi(me, async (c) => {
    const { db } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    const [queued, stored] = await Promise.all([
      db.$count(jobs, and(eq(jobs.ownerId, caller.id), sql`status in ('queued', 'running')`)),
      bytesOf(db, caller.id, c.var.now),
    ]);
    const usage = {
      queued_jobs: queued,
      queued_jobs_max: QUEUED_JOBS_PER_OWNER_MAX,
      bytes_stored: stored,
      bytes_stored_max: BYTES_STORED_PER_OWNER_MAX,
    };
    const { id, handle, name, email, signedInBy, createdAt } = caller;
    return c.json(
      {
        id,
        handle,
        name,
        email,
        signed_in_by: signedInBy,
        scopes: [...caller.scopes],
        usage,
        created_at: createdAt.toISOString(),
      },
      200,
    );
  })
  .openapi(list, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json({ items: (await listKeys(c.var.db, caller.id)).map(keyJson) }, 200);
  })
  .openapi(create, async (c) => {
    const caller = granted(active(granted(callerWith(c.var.caller, "read"))));
    const { row, secret } = granted(await createKey(c.var.db, caller, c.req.valid("json"), c.var.now));
    return c.json({ ...keyJson(row), key: secret }, 201);
  })
  .openapi(revoke, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const { key } = c.req.valid("param");
    granted(await revokeKey(c.var.db, caller, key, c.var.now));
    return c.body(null, 204);
  });
