// GET /v1/images/{image}: a picture's bytes, for its owner or, where a published version shows it, for anyone. With ?width= a smaller WebP.

import { createRoute } from "@hono/zod-openapi";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { idOf } from "../../schema/contract/ids.ts";
import { IMAGE_WIDTHS } from "../../schema/contract/limits.ts";
import { blobs } from "../../schema/tables.ts";
import { type ByteRange, rangeResponse } from "../lib/range.ts";
import { granted } from "../lib/refusal.ts";
import { blobResponse } from "../storage/blobs.ts";
import { findImage } from "../storage/images.ts";
import { renditionOf } from "../storage/renditions.ts";
import { idParam, router } from "./app.ts";

const get = createRoute({
  method: "get",
  path: "/v1/images/{image}",
  summary: "Get a picture",
  tags: ["images"],
  request: {
    params: idParam("image", idOf("img")),
    query: z.strictObject({
      width: z
        .enum(IMAGE_WIDTHS.map(String) as [string, ...string[]])
        .transform(Number)
        .optional()
        .meta({
          description:
            "A WebP of at most this width, without the recipe that the original carries. Where the server makes none, the original",
        }),
    }),
  },
  responses: {
    200: {
      description: "The picture",
      content: { "image/png": { schema: z.string() }, "image/webp": { schema: z.string() } },
    },
  },
});

export const images = router().openapi(get, async (c) => {
  const { db, caller, viewer } = c.var;
  // The scope `generate` includes fetching the results.
  const isDrawer = caller?.scopes.includes("generate") ?? false;
  const image = granted(
    await findImage(db, viewer ?? (isDrawer ? caller : null), c.req.valid("param").image),
  );
  // A publishable key gives access to generated pictures and, beside these, to public ones only.
  if (caller?.pageKey && image.role !== "generation") granted(await findImage(db, null, image.id));
  const blob = await db.select().from(blobs).where(eq(blobs.sha256, image.sha256)).get();
  if (!blob) throw new Error(`Picture ${image.id} has no blob`);
  // Bytes never change, but who may see them can: a shared cache must revalidate.
  const headers = {
    "cache-control": "private, max-age=3600",
    // Responses to a session are for our own pages; pages of other origins send no session.
    ...(caller?.signedInBy === "session" && { "cross-origin-resource-policy": "same-origin" }),
  };
  const { width } = c.req.valid("query");
  const smaller =
    width === undefined
      ? null
      : await renditionOf(c.env, image.sha256, width, (work) => c.executionCtx.waitUntil(work));
  if (smaller) {
    const served = {
      etag: `"${image.sha256}-${width}"`,
      sizeBytes: smaller.byteLength,
      headers: { "content-type": "image/webp", ...headers },
      open: (range: ByteRange | null) => streamOf(smaller, range),
    };
    return granted(await rangeResponse(c.req.raw, served));
  }
  const facts = { sha256: image.sha256, sizeBytes: blob.sizeBytes, contentType: image.contentType };
  return granted(await blobResponse(c.env, facts, c.req.raw, headers));
});

function streamOf(bytes: ArrayBuffer, range: ByteRange | null): ReadableStream<Uint8Array> {
  const part = range ? bytes.slice(range.offset, range.offset + range.length) : bytes;
  return new Blob([part]).stream();
}
