// Uploads: announce the bytes, get a signed address that expires, PUT them there. Large adapter files come in parts.

import { z } from "zod";
import { idOf, Sha256, Timestamp } from "./ids.ts";
import { UPLOAD_MULTIPART_MAX_BYTES } from "./limits.ts";
import { token } from "./text.ts";

export const UploadKind = z.enum(["adapter", "training_image", "preview", "avatar"]);
export const IMAGE_CONTENT_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;

/**
 * What a file can be when it is read again. Known from its bytes and from what it was sent for, never from whoever sent it, so that no text of
 * theirs stands in a header.
 */
export const BLOB_CONTENT_TYPES = [
  ...IMAGE_CONTENT_TYPES,
  "application/zip",
  "application/octet-stream",
] as const;
export type BlobContentType = (typeof BLOB_CONTENT_TYPES)[number];

/** What the sender takes the bytes for. Empty where a browser does not know. */
export const ContentType = z
  .string()
  .max(100)
  .regex(/^(?:[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+)?$/, "must look like image/png");

export const UploadCreate = z
  .strictObject({
    kind: UploadKind,
    content_type: ContentType,
    size_bytes: z.int().nonnegative().max(UPLOAD_MULTIPART_MAX_BYTES),
    sha256: Sha256,
    filename: token(255).default(""),
    multipart: z.boolean().default(false).meta({
      description: "Send an adapter file in parts although it is small; above 90 MiB that is so anyway",
    }),
  })
  .meta({ id: "UploadCreate" });

export const UploadParts = z
  .object({
    size_bytes: z.int().meta({ description: "Of every part but the last, which holds the rest" }),
    count: z.int(),
    urls: z
      .array(z.string())
      .meta({ description: "PUT part n to the nth address with its exact Content-Length" }),
    received: z.array(z.int()).meta({ description: "Numbers of the parts that have arrived, from 1 on" }),
    complete_url: z.string().meta({ description: "POST here once every part has arrived" }),
  })
  .meta({ id: "UploadParts" });

export const Upload = z
  .object({
    id: idOf("upl"),
    kind: UploadKind,
    state: z.enum(["announced", "stored"]).meta({
      description: "stored: the bytes are here, nothing needs to be PUT",
    }),
    upload_url: z.string().nullable().meta({
      description: "PUT the bytes here; needs no further authorisation. Null where they come in parts",
    }),
    parts: UploadParts.nullable().meta({ description: "Null where the bytes come in one request" }),
    expires_at: Timestamp,
  })
  .meta({ id: "Upload" });
export type Upload = z.infer<typeof Upload>;

export const UploadStored = z
  .object({
    id: idOf("upl"),
    state: z.literal("stored"),
    sha256: Sha256.meta({
      description:
        "Of what is kept: place, time and thumbnails are taken out of pictures, how they are turned is not",
    }),
    size_bytes: z.int().meta({ description: "Of what is kept" }),
    width: z.int().nullable().meta({ description: "As the picture is seen, where EXIF turns it" }),
    height: z.int().nullable(),
  })
  .meta({ id: "UploadStored" });

export const UploadPartStored = z
  .object({ id: idOf("upl"), number: z.int(), size_bytes: z.int() })
  .meta({ id: "UploadPartStored" });
