// Uploads: announce the bytes, get a signed address that expires, PUT them there.

import { z } from "zod";
import { idOf, Sha256, Timestamp } from "./ids.ts";
import { UPLOAD_MAX_BYTES } from "./limits.ts";

export const UploadKind = z.enum(["adapter", "training_image", "preview"]);
export const IMAGE_CONTENT_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;

/** It travels in a header again when the bytes are read. Empty where a browser does not know. */
export const ContentType = z
  .string()
  .max(100)
  .regex(/^(?:[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+)?$/, "must look like image/png");

export const UploadCreate = z
  .strictObject({
    kind: UploadKind,
    content_type: ContentType,
    size_bytes: z.int().nonnegative().max(UPLOAD_MAX_BYTES),
    sha256: Sha256,
    filename: z.string().max(255).default(""),
  })
  .meta({ id: "UploadCreate" });

export const Upload = z
  .object({
    id: idOf("upl"),
    kind: UploadKind,
    state: z.enum(["announced", "stored"]).meta({
      description: "stored: you sent these bytes before, nothing needs to be PUT",
    }),
    upload_url: z.string().meta({ description: "PUT the bytes here; needs no further authorisation" }),
    expires_at: Timestamp,
  })
  .meta({ id: "Upload" });
export type Upload = z.infer<typeof Upload>;

export const UploadStored = z
  .object({
    id: idOf("upl"),
    state: z.literal("stored"),
    sha256: Sha256,
    size_bytes: z.int(),
    width: z.int().nullable(),
    height: z.int().nullable(),
  })
  .meta({ id: "UploadStored" });
