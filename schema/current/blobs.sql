-- blobs: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `blobs` (
  `sha256` text PRIMARY KEY NOT NULL,
  `size_bytes` integer NOT NULL,
  `created_at` integer NOT NULL
);

CREATE TABLE `images` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `sha256` text NOT NULL,
  `content_type` text NOT NULL,
  `width` integer NOT NULL,
  `height` integer NOT NULL,
  `role` text NOT NULL,
  `job_id` text,
  `position` integer DEFAULT 0 NOT NULL,
  `seed` integer,
  `recipe` text,
  `created_at` integer NOT NULL
);
CREATE INDEX `images_job` ON `images` (`job_id`,`role`,`position`);
CREATE INDEX `images_owner` ON `images` (`owner_id`,`created_at`);
CREATE INDEX `images_sha256` ON `images` (`sha256`);

CREATE TABLE `upload_parts` (
  `upload_id` text NOT NULL,
  `number` integer NOT NULL,
  `etag` text NOT NULL,
  `size_bytes` integer NOT NULL,
  PRIMARY KEY(`upload_id`, `number`)
);

CREATE TABLE `uploads` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `lease_id` text,
  `name` text,
  `kind` text NOT NULL,
  `content_type` text NOT NULL,
  `size_bytes` integer NOT NULL,
  `sha256` text NOT NULL,
  `filename` text NOT NULL,
  `width` integer,
  `height` integer,
  `created_at` integer NOT NULL,
  `expires_at` integer NOT NULL,
  `stored_at` integer
, `metadata` text, `multipart_id` text, `announced_sha256` text);
CREATE INDEX `uploads_announced` ON `uploads` (`owner_id`,`announced_sha256`);
CREATE INDEX `uploads_lease` ON `uploads` (`lease_id`,`name`);
CREATE INDEX `uploads_outputs` ON `uploads` (`created_at`) WHERE lease_id is not null;
CREATE INDEX `uploads_owner` ON `uploads` (`owner_id`,`sha256`);
CREATE INDEX `uploads_sha256` ON `uploads` (`sha256`);
CREATE INDEX `uploads_unfinished` ON `uploads` (`expires_at`) WHERE multipart_id is not null;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER images_of_deleted_account BEFORE INSERT ON images
WHEN new.job_id IS NULL AND EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER uploads_of_deleted_account BEFORE INSERT ON uploads
WHEN new.lease_id IS NULL AND EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
