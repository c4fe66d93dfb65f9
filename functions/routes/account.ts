// /v1/account and /v1/keys: the caller's account, usage and API keys.

import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { Key, KeyCreate, KeyCreated, KeyRotate } from "../../schema/contract/account.ts";
import { idOf } from "../../schema/contract/ids.ts";
import { Account } from "../../schema/contract/profiles.ts";
import { token } from "../../schema/contract/text.ts";
import type { KeyRow } from "../../schema/tables.ts";
import { createKey, listKeys, revokeKey, rotateKey } from "../auth/keys.ts";
import { isoTime, isoTimeOrNull } from "../lib/clock.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { isSigned } from "../lib/signing.ts";
import { accountJson } from "../people/account.ts";
import { stopTrainingEmails } from "../people/training-emails.ts";
import { active, callerWith, sessionOf } from "../rights/rights.ts";
import { accountDeletion } from "./account-deletion.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { signIn } from "./sign-in.ts";

/** As signUrl writes it. */
const SignedQuery = z.strictObject({ expires: token(12), signature: token(64) });

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
  summary: "Create an API key",
  description:
    "The key is in this answer and nowhere else. Only a signed-in person makes keys: one that leaked must not leave others behind. " +
    "A publishable one may stand in the code of a page: it reads what is public, orders generations and looks after them, and only " +
    "for pages of its origins.",
  tags: ["account"],
  middleware: noQuery,
  request: { body: jsonBody(KeyCreate) },
  responses: { 201: jsonReply("The key, shown this once", KeyCreated) },
});

const rotate = createRoute({
  method: "post",
  path: "/v1/keys/{key}/rotate",
  summary: "Rotate an API key",
  description:
    "A new key of the same name, scopes and length of life, valid at once. A key may rotate itself, and no other. The old one works on for `overlap_hours`, so that programs can be given the new one without a gap.",
  tags: ["account"],
  middleware: noQuery,
  request: { params: idParam("key", idOf("key")), body: jsonBody(KeyRotate) },
  responses: { 201: jsonReply("The new key, shown this once", KeyCreated) },
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

const stopEmails = createRoute({
  method: "post",
  path: "/v1/training-emails/{user}/stop",
  summary: "Stop emails about your trainings",
  description:
    "The address stands in each of these emails, signed, for people and for their mail programs (RFC 8058): it needs no key. The setting is " +
    "`training_emails` of your profile.",
  tags: ["account"],
  request: { params: idParam("user", idOf("usr")), query: SignedQuery },
  responses: { 204: { description: "Stopped" } },
});

const keyJson = (row: KeyRow): z.infer<typeof Key> => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  kind: row.origins === null ? "secret" : "publishable",
  scopes: row.scopes,
  origins: row.origins ?? [],
  generations_per_day: row.dailyGenerations,
  created_at: isoTime(row.createdAt),
  expires_at: isoTimeOrNull(row.expiresAt),
  last_used_at: isoTimeOrNull(row.lastUsedAt),
  replaced_by: row.replacedBy,
});

export const account = router()
  .openapi(me, async (c) => {
    const { db, origin, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json(await accountJson(db, caller, origin, now), 200);
  })
  .openapi(list, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    return c.json({ items: (await listKeys(c.var.db, caller.id, c.var.now)).map(keyJson) }, 200);
  })
  .openapi(create, async (c) => {
    const caller = granted(active(granted(sessionOf(c.var.caller))));
    const { row, secret } = granted(await createKey(c.var.db, caller, c.req.valid("json"), c.var.now));
    return c.json({ ...keyJson(row), key: secret }, 201);
  })
  .openapi(rotate, async (c) => {
    const caller = granted(active(granted(callerWith(c.var.caller, "read"))));
    const { key } = c.req.valid("param");
    const { overlap_hours } = c.req.valid("json");
    const { row, secret } = granted(
      await rotateKey({ db: c.var.db, caller, now: c.var.now }, key, overlap_hours),
    );
    return c.json({ ...keyJson(row), key: secret }, 201);
  })
  .openapi(revoke, async (c) => {
    const caller = granted(callerWith(c.var.caller, "read"));
    const { key } = c.req.valid("param");
    granted(await revokeKey(c.var.db, caller, key, c.var.now));
    return c.body(null, 204);
  })
  .openapi(stopEmails, async (c) => {
    const signed = await isSigned(c.env.UPLOAD_SIGNING_SECRET, "POST", new URL(c.req.url), c.var.now);
    if (!signed) deny(refuse("not_found", "This link has expired or was changed.", "?signature"));
    await stopTrainingEmails(c.var.db, c.req.valid("param").user);
    return c.body(null, 204);
  })
  .route("/", signIn)
  .route("/", accountDeletion);
