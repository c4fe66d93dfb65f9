// /v1/uploads: announce bytes, then PUT them to signed addresses (which the document does not describe: clients receive them), whole or
// in parts.

import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { idOf } from "../../schema/contract/ids.ts";
import { UPLOAD_PART_BYTES } from "../../schema/contract/limits.ts";
import { Upload, UploadCreate, UploadStored } from "../../schema/contract/uploads.ts";
import type { StoredUpload, UploadRow } from "../../schema/tables.ts";
import type { App } from "../context.ts";
import { noteCheckpoint } from "../dispatch/checkpoint.ts";
import { isoTime } from "../lib/clock.ts";
import { deny, granted, refuse } from "../lib/refusal.ts";
import { isSigned } from "../lib/signing.ts";
import { callerWith } from "../rights/rights.ts";
import { completeParts, partCount, partUrls, receivedParts, receivePart } from "../storage/upload-parts.ts";
import { announceUpload, findOwnUpload, receiveUpload, uploadUrl } from "../storage/uploads.ts";
import { idParam, jsonBody, jsonReply, noQuery, router } from "./app.ts";
import { idempotent } from "./idempotent.ts";

const params = idParam("upload", idOf("upl"));
const tags = ["uploads"];

const create = createRoute({
  method: "post",
  path: "/v1/uploads",
  summary: "Announce an upload",
  description:
    "PUT exactly the announced bytes to `upload_url` with a Content-Length; the address is its own authorisation. An adapter file above 90 MiB comes in parts: PUT each to its address in `parts.urls`, then POST `parts.complete_url`.",
  tags,
  middleware: [noQuery, idempotent("publish")],
  request: { body: jsonBody(UploadCreate) },
  responses: { 201: jsonReply("Where to put the bytes", Upload) },
});

const get = createRoute({
  method: "get",
  path: "/v1/uploads/{upload}",
  summary: "Get the state of an upload",
  description: "After a cut, send the parts that are not in `parts.received`.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The upload", Upload) },
});

const complete = createRoute({
  method: "post",
  path: "/v1/uploads/{upload}/complete",
  summary: "Join the parts of an upload",
  description:
    "Reads the whole once and checks its SHA-256 before it answers. It may be asked again; bytes that do not match are dropped and can be sent anew.",
  tags,
  middleware: noQuery,
  request: { params },
  responses: { 200: jsonReply("The stored upload", UploadStored) },
});

async function uploadJson(c: Context<App>, row: UploadRow) {
  const { db, origin } = c.var;
  const inParts = row.multipartId !== null && row.storedAt === null;
  const parts = inParts && {
    size_bytes: UPLOAD_PART_BYTES,
    count: partCount(row.sizeBytes),
    urls: await partUrls(c.env, origin, row),
    received: (await receivedParts(db, row)).map(({ number }) => number),
    complete_url: `${origin}/v1/uploads/${row.id}/complete`,
  };
  return {
    id: row.id,
    kind: row.kind as Upload["kind"],
    state: row.storedAt === null ? ("announced" as const) : ("stored" as const),
    upload_url: inParts ? null : await uploadUrl(c.env, origin, row),
    parts: parts || null,
    expires_at: isoTime(row.expiresAt),
  };
}

const storedJson = (row: StoredUpload) => ({
  id: row.id,
  state: "stored" as const,
  sha256: row.sha256,
  size_bytes: row.sizeBytes,
  width: row.width,
  height: row.height,
});

export const uploads = router()
  .openapi(create, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await announceUpload({ env: c.env, db, caller, now }, c.req.valid("json")));
    return c.json(await uploadJson(c, row), 201);
  })
  .openapi(get, async (c) => {
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findOwnUpload(c.var.db, caller, c.req.valid("param").upload));
    return c.json(await uploadJson(c, row), 200);
  })
  .openapi(complete, async (c) => {
    const { db, now } = c.var;
    const caller = granted(callerWith(c.var.caller, "publish"));
    const row = granted(await findOwnUpload(db, caller, c.req.valid("param").upload));
    return c.json(storedJson(granted(await completeParts(c.env, db, row, now))), 200);
  });

/** Mounted apart from the typed routes, before callers are identified: the signature is the authorisation. */
export const uploadContent = router()
  .put("/v1/uploads/:id/content", async (c) => {
    const { db, now } = c.var;
    const row = granted(await receiveUpload({ env: c.env, db, now }, await signedId(c), c.req.raw));
    if (row.leaseId) await noteCheckpoint(db, row.leaseId, row);
    return c.json(storedJson(row));
  })
  .put("/v1/uploads/:id/parts/:number{[1-9][0-9]{0,4}}", async (c) => {
    const id = await signedId(c);
    return c.json(
      granted(await receivePart({ env: c.env, db: c.var.db }, id, Number(c.req.param("number")), c.req.raw)),
    );
  });

async function signedId(c: Context<App>): Promise<UploadRow["id"]> {
  const id = idOf("upl").safeParse(c.req.param("id"));
  const signed = await isSigned(c.env.UPLOAD_SIGNING_SECRET, "PUT", new URL(c.req.url), c.var.now);
  if (id.success && signed) return id.data;
  return deny(
    refuse("upload_url_invalid", "This upload address has expired or was changed. Ask for a new one."),
  );
}
