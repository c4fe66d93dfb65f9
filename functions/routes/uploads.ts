// /v1/uploads: announce bytes, then PUT them to the signed address (which is not described: it is given out, not built).

import { createRoute } from "@hono/zod-openapi";
import { idOf } from "../../schema/contract/ids.ts";
import { Upload, UploadCreate } from "../../schema/contract/uploads.ts";
import { callerWith } from "../auth/caller.ts";
import { isoTime } from "../catalog/adapter-json.ts";
import { announceUpload, receiveUpload, uploadUrl } from "../catalog/uploads.ts";
import { noteCheckpoint } from "../dispatch/checkpoint.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { isSigned } from "../lib/signing.ts";
import { jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const create = createRoute({
  method: "post",
  path: "/v1/uploads",
  summary: "Announce an upload",
  description:
    "PUT exactly the announced bytes to `upload_url` with a Content-Length; the address is its own authorisation.",
  tags: ["uploads"],
  middleware: [noQuery, idempotent],
  request: { body: jsonBody(UploadCreate) },
  responses: { 201: jsonReply("Where to put the bytes", Upload) },
});

export const uploads = router().openapi(create, async (c) => {
  const { db, origin, now } = c.var;
  const caller = granted(callerWith(c.var.caller, "publish"));
  const wish = c.req.valid("json");
  const row = granted(await announceUpload(db, caller, wish, now));
  const reply = {
    id: row.id,
    kind: wish.kind,
    state: row.storedAt === null ? ("announced" as const) : ("stored" as const),
    upload_url: await uploadUrl(c.env, origin, row),
    expires_at: isoTime(row.expiresAt),
  };
  return c.json(reply, 201);
});

/** Mounted apart from the typed routes, before callers are looked up: the signature is the only right asked for. */
export const uploadContent = router().put("/v1/uploads/:id/content", async (c) => {
  const { db, now } = c.var;
  const id = idOf("upl").safeParse(c.req.param("id"));
  const signed = await isSigned(c.env.UPLOAD_SIGNING_SECRET, "PUT", new URL(c.req.url), now);
  if (!id.success || !signed) {
    deny(refuse("upload_url_invalid", "This upload address has expired or was changed. Ask for a new one."));
  }
  const row = granted(await receiveUpload(c.env, db, id.data, c.req.raw, now));
  if (row.leaseId) await noteCheckpoint(db, row.leaseId, row);
  return c.json({
    id: row.id,
    state: "stored" as const,
    sha256: row.sha256,
    size_bytes: row.sizeBytes,
    width: row.width,
    height: row.height,
  });
});
