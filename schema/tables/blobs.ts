// Bytes: what lies in R2, how it came there, and the pictures among it.

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { BlobContentType } from "../contract/uploads.ts";
import { at, id, json } from "./columns.ts";

/** One row for every object in R2; the object's key is `blobs/<sha256>`. */
export const blobs = sqliteTable("blobs", {
  sha256: text("sha256").primaryKey(),
  sizeBytes: integer("size_bytes").notNull(),
  createdAt: at("created_at").notNull(),
});

export const uploads = sqliteTable(
  "uploads",
  {
    id: id("id", "upl").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    /** Set for what a runner sends: the lease it belongs to and the output's name. */
    leaseId: id("lease_id", "lse"),
    name: text("name"),
    kind: text("kind", {
      enum: ["adapter", "training_image", "preview", "avatar", "file", "output"],
    }).notNull(),
    contentType: text("content_type").$type<BlobContentType>().notNull(),
    /** As announced until it is stored, then of what was kept: the blob's. */
    sizeBytes: integer("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    /** By it the same bytes are known again, whatever was kept of them. */
    announcedSha256: text("announced_sha256"),
    filename: text("filename").notNull(),
    width: integer("width"),
    height: integer("height"),
    createdAt: at("created_at").notNull(),
    expiresAt: at("expires_at").notNull(),
    storedAt: at("stored_at"),
    /** What a client of Replicate's API keeps with its file. */
    metadata: json<Record<string, unknown>>("metadata"),
    /** R2's id of a multipart upload under way. */
    multipartId: text("multipart_id"),
  },
  (t) => [
    index("uploads_owner").on(t.ownerId, t.sha256),
    index("uploads_announced").on(t.ownerId, t.announcedSha256),
    index("uploads_sha256").on(t.sha256),
    index("uploads_lease").on(t.leaseId, t.name),
    index("uploads_outputs").on(t.createdAt).where(sql`lease_id is not null`),
    index("uploads_unfinished").on(t.expiresAt).where(sql`multipart_id is not null`),
  ],
);

/** Stored parts of multipart uploads; a client lists them to resume. */
export const uploadParts = sqliteTable(
  "upload_parts",
  {
    uploadId: id("upload_id", "upl").notNull(),
    number: integer("number").notNull(),
    etag: text("etag").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.number] })],
);

export const images = sqliteTable(
  "images",
  {
    id: id("id", "img").primaryKey(),
    ownerId: id("owner_id", "usr").notNull(),
    sha256: text("sha256").notNull(),
    contentType: text("content_type").$type<BlobContentType>().notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    role: text("role", {
      enum: ["generation", "sample", "preview", "training", "avatar", "cover", "shared"],
    }).notNull(),
    jobId: id("job_id", "job"),
    position: integer("position").notNull().default(0),
    seed: integer("seed"),
    recipe: json<Record<string, unknown>>("recipe"),
    createdAt: at("created_at").notNull(),
  },
  (t) => [
    index("images_job").on(t.jobId, t.role, t.position),
    index("images_owner").on(t.ownerId, t.createdAt),
    index("images_sha256").on(t.sha256),
  ],
);

export type UploadRow = typeof uploads.$inferSelect;
export type StoredUpload = UploadRow & { storedAt: number };
export type ImageRow = typeof images.$inferSelect;
