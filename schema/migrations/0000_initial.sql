CREATE TABLE `adapter_tags` (
	`tag` text NOT NULL,
	`adapter_id` text NOT NULL,
	PRIMARY KEY(`tag`, `adapter_id`)
);

CREATE INDEX `adapter_tags_adapter` ON `adapter_tags` (`adapter_id`);
CREATE TABLE `adapters` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`base_id` text NOT NULL,
	`concept` text NOT NULL,
	`class_word` text NOT NULL,
	`tags` text NOT NULL,
	`licence` text NOT NULL,
	`visibility` text NOT NULL,
	`state` text NOT NULL,
	`credits` text NOT NULL,
	`uses` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`published_at` integer
);

CREATE UNIQUE INDEX `adapters_owner_name` ON `adapters` (`owner_id`,`name`);
CREATE INDEX `adapters_newest` ON `adapters` (`created_at`,`id`);
CREATE INDEX `adapters_most_used` ON `adapters` (`uses`,`id`);
CREATE INDEX `adapters_name` ON `adapters` (`name`,`id`);
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`sha256` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer
);

CREATE UNIQUE INDEX `api_keys_sha256_unique` ON `api_keys` (`sha256`);
CREATE INDEX `api_keys_owner` ON `api_keys` (`owner_id`,`created_at`);
CREATE TABLE `blobs` (
	`sha256` text PRIMARY KEY NOT NULL,
	`size_bytes` integer NOT NULL,
	`content_type` text NOT NULL,
	`created_at` integer NOT NULL
);

CREATE TABLE `compositions` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`base_id` text NOT NULL,
	`title` text NOT NULL,
	`prompt` text NOT NULL,
	`members` text NOT NULL,
	`created_at` integer NOT NULL
);

CREATE INDEX `compositions_owner` ON `compositions` (`owner_id`,`created_at`);
CREATE TABLE `credentials` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`password` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

CREATE INDEX `credentials_user` ON `credentials` (`user_id`);
CREATE TABLE `idempotency` (
	`owner_id` text NOT NULL,
	`key` text NOT NULL,
	`request_sha256` text NOT NULL,
	`status` integer,
	`location` text,
	`body` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `key`)
);

CREATE INDEX `idempotency_age` ON `idempotency` (`created_at`);
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
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`kind` text NOT NULL,
	`base_id` text NOT NULL,
	`shape` text NOT NULL,
	`status` text NOT NULL,
	`priority` integer DEFAULT 0 NOT NULL,
	`turn` integer NOT NULL,
	`request` text NOT NULL,
	`spec` text NOT NULL,
	`inputs` text NOT NULL,
	`adapter_id` text,
	`cancel_requested_at` integer,
	`lease_id` text,
	`lease_expires_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`checkpoint_sha256` text,
	`progress` text,
	`warnings` text DEFAULT '[]' NOT NULL,
	`error` text,
	`metrics` text DEFAULT '{}' NOT NULL,
	`version_id` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer
);

CREATE UNIQUE INDEX `jobs_lease_id_unique` ON `jobs` (`lease_id`);
CREATE INDEX `jobs_queue` ON `jobs` ("priority" desc,`turn`,`id`) WHERE status = 'queued';
CREATE INDEX `jobs_queued_owner` ON `jobs` (`owner_id`,`turn`) WHERE status in ('queued', 'running');
CREATE INDEX `jobs_leased` ON `jobs` (`lease_expires_at`) WHERE status = 'running';
CREATE INDEX `jobs_owner` ON `jobs` (`owner_id`,`kind`,`created_at`,`id`);
CREATE INDEX `jobs_finished` ON `jobs` (`base_id`,`kind`,`finished_at`) WHERE status = 'succeeded';
CREATE TABLE `runners` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`version` text NOT NULL,
	`device` text NOT NULL,
	`dtype` text NOT NULL,
	`memory_bytes` integer NOT NULL,
	`bases` text NOT NULL,
	`registered_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`deregistered_at` integer
);

CREATE INDEX `runners_owner` ON `runners` (`owner_id`);
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`lease_id` text NOT NULL,
	`runner_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`outcome` text,
	`settled_status` text,
	`error` text,
	`started_at` integer NOT NULL,
	`finished_at` integer
);

CREATE UNIQUE INDEX `runs_lease_id_unique` ON `runs` (`lease_id`);
CREATE INDEX `runs_job` ON `runs` (`job_id`,`attempt`);
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token` text NOT NULL,
	`expires_at` integer NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);
CREATE TABLE `slots` (
	`id` text PRIMARY KEY NOT NULL,
	`base_id` text NOT NULL,
	`slot` integer NOT NULL,
	`owner_id` text NOT NULL,
	`adapter_id` text NOT NULL,
	`reserved_at` integer NOT NULL
);

CREATE UNIQUE INDEX `slots_adapter_id_unique` ON `slots` (`adapter_id`);
CREATE UNIQUE INDEX `slots_base_slot` ON `slots` (`base_id`,`slot`);
CREATE INDEX `slots_owner` ON `slots` (`base_id`,`owner_id`);
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
);

CREATE INDEX `uploads_owner` ON `uploads` (`owner_id`,`sha256`);
CREATE INDEX `uploads_lease` ON `uploads` (`lease_id`,`name`);
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`handle` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

CREATE UNIQUE INDEX `users_handle_unique` ON `users` (`handle`);
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

CREATE INDEX `verifications_identifier` ON `verifications` (`identifier`);
CREATE TABLE `versions` (
	`id` text PRIMARY KEY NOT NULL,
	`adapter_id` text NOT NULL,
	`number` integer NOT NULL,
	`base_id` text NOT NULL,
	`slot` integer NOT NULL,
	`state` text NOT NULL,
	`trigger_word` text NOT NULL,
	`strength` real NOT NULL,
	`changelog` text NOT NULL,
	`previews` text NOT NULL,
	`sha256` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`metadata` text NOT NULL,
	`job_id` text,
	`created_at` integer NOT NULL,
	`published_at` integer
);

CREATE UNIQUE INDEX `versions_adapter_number` ON `versions` (`adapter_id`,`number`);
CREATE INDEX `versions_sha256` ON `versions` (`sha256`);