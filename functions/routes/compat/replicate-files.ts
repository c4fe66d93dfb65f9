// Replicate's files: create (a form), get, list, delete. Creating is mounted before the limit of JSON bodies: a form may be larger.

import { createRoute } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { ReplicateFile, replicatePage } from "../../../schema/contract/compat-replicate.ts";
import { lengthOf } from "../../../schema/contract/cut-text.ts";
import { idOf } from "../../../schema/contract/ids.ts";
import { REPLICATE_FILE_MAX_BYTES } from "../../../schema/contract/limits.ts";
import { cleaned, jsonObject, token } from "../../../schema/contract/text.ts";
import { ContentType } from "../../../schema/contract/uploads.ts";
import { identify } from "../../auth/caller.ts";
import { dropUploads } from "../../catalog/unneeded-blobs.ts";
import { fileJson, findFile, listFiles, storeFile } from "../../compat/replicate-files.ts";
import { doubtIn } from "../../lib/json-text.ts";
import { problemResponse } from "../../lib/problem.ts";
import { deny, granted, Refusal, refuse } from "../../lib/refusal.ts";
import { utf8Text } from "../../lib/utf8.ts";
import { callerWith } from "../../rights/rights.ts";
import { idParam, jsonReply, noQuery, router } from "../app.ts";
import { readableForm } from "../readable-request.ts";
import { placeOf, tags } from "./replicate-place.ts";

/** Beside the file a form has a name, metadata and boundaries. */
const FORM_MAX_BYTES = REPLICATE_FILE_MAX_BYTES + 64 * 1024;
const TOO_LARGE = new Refusal("body_too_large", `A file has at most ${REPLICATE_FILE_MAX_BYTES} bytes.`);
const METADATA_MAX_CHARACTERS = 4_096;
const isFile = (sent: unknown): sent is File => sent instanceof File;

export function replicateFileUpload(prefix: string, hide: boolean) {
  const create = createRoute({
    method: "post",
    path: `${prefix}/files`,
    summary: "Replicate: files.create",
    tags,
    hide,
    middleware: [
      noQuery,
      identify,
      bodyLimit({ maxSize: FORM_MAX_BYTES, onError: (c) => problemResponse(TOO_LARGE, c.req.path) }),
      readableForm,
    ],
    request: {
      body: {
        required: true,
        content: {
          "multipart/form-data": {
            schema: z.object({
              content: z
                .any()
                .refine(isFile, "must be the file itself, once")
                .meta({ type: "string", format: "binary" }),
              // npm's client sends a file of JSON, Python's a text.
              metadata: z
                .any()
                .refine((sent) => isFile(sent) || typeof sent === "string", "must be a JSON object")
                .optional()
                .meta({ description: "A JSON object", type: "string" }),
              filename: token(255).optional(),
              type: ContentType.optional(),
            }),
          },
        },
      },
    },
    responses: { 201: jsonReply("The file", ReplicateFile) },
  });
  return router().openapi(create, async (c) => {
    const caller = granted(callerWith(c.var.caller, "publish"));
    const { content, metadata, filename } = c.req.valid("form");
    if (!isFile(content)) deny(refuse("request_invalid", "Send the file in the part `content`.", "/content"));
    const text =
      metadata instanceof File
        ? utf8Text(new Uint8Array(await metadata.arrayBuffer()))
        : String(metadata ?? "{}");
    const file = {
      bytes: new Uint8Array(await content.arrayBuffer()),
      name: filename ?? cleaned(content.name),
    };
    const place = { env: c.env, db: c.var.db, caller, now: c.var.now };
    const row = granted(await storeFile(place, file, granted(metadataOf(text))));
    return c.json(fileJson(row, placeOf(c, prefix).root), 201);
  });
}

function metadataOf(text: string | null): Record<string, unknown> | Refusal {
  const refusal = refuse(
    "request_invalid",
    `metadata must be a JSON object in UTF-8, without control characters, without numbers that would be kept as others, and without a field twice.`,
    "/metadata",
  );
  if (text !== null && lengthOf(text) > METADATA_MAX_CHARACTERS) {
    const detail = `metadata must have at most ${METADATA_MAX_CHARACTERS} characters; it has ${lengthOf(text)}.`;
    return refuse("request_invalid", detail, "/metadata");
  }
  if (text === null || doubtIn(text) !== null) return refusal;
  try {
    const value: unknown = JSON.parse(text);
    return jsonObject().safeParse(value).data ?? refusal;
  } catch {
    return refusal;
  }
}

export function replicateFiles(prefix: string, hide: boolean) {
  const shared = { tags, hide, middleware: noQuery };
  const params = idParam("file", idOf("upl"));
  const list = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/files`,
    summary: "Replicate: files.list",
    responses: { 200: jsonReply("All files, newest first", replicatePage(ReplicateFile)) },
  });
  const get = createRoute({
    ...shared,
    method: "get",
    path: `${prefix}/files/{file}`,
    summary: "Replicate: files.get",
    request: { params },
    responses: { 200: jsonReply("The file", ReplicateFile) },
  });
  const remove = createRoute({
    ...shared,
    method: "delete",
    path: `${prefix}/files/{file}`,
    summary: "Replicate: files.delete",
    request: { params },
    responses: { 204: { description: "It is gone" } },
  });
  return router()
    .openapi(list, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const rows = await listFiles(c.var.db, caller);
      const { root } = placeOf(c, prefix);
      return c.json({ previous: null, next: null, results: rows.map((row) => fileJson(row, root)) }, 200);
    })
    .openapi(get, async (c) => {
      const caller = granted(callerWith(c.var.caller, "read"));
      const row = granted(await findFile(c.var.db, caller, c.req.valid("param").file));
      return c.json(fileJson(row, placeOf(c, prefix).root), 200);
    })
    .openapi(remove, async (c) => {
      const caller = granted(callerWith(c.var.caller, "publish"));
      const file = granted(await findFile(c.var.db, caller, c.req.valid("param").file));
      // A training that took pictures from it has its own rows.
      await dropUploads(c.env, c.var.db, [file.id]);
      return c.body(null, 204);
    });
}
