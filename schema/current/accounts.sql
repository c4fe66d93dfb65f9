-- accounts: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

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
, `replaced_by` text, `origins` text, `daily_generations` integer, `counted_day` integer DEFAULT 0 NOT NULL, `counted` integer DEFAULT 0 NOT NULL);
CREATE INDEX `api_keys_owner` ON `api_keys` (`owner_id`,`created_at`);
CREATE UNIQUE INDEX `api_keys_sha256_unique` ON `api_keys` (`sha256`);

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

CREATE TABLE `passkeys` (
  `id` text PRIMARY KEY NOT NULL,
  `name` text,
  `public_key` text NOT NULL,
  `user_id` text NOT NULL,
  `credential_id` text NOT NULL,
  `counter` integer NOT NULL,
  `device_type` text NOT NULL,
  `backed_up` integer NOT NULL,
  `transports` text,
  `aaguid` text,
  `created_at` integer
);
CREATE UNIQUE INDEX `passkeys_credential_id_unique` ON `passkeys` (`credential_id`);
CREATE INDEX `passkeys_user` ON `passkeys` (`user_id`);

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

CREATE TABLE `users` (
  `id` text PRIMARY KEY NOT NULL,
  `handle` text NOT NULL,
  `name` text NOT NULL,
  `email` text NOT NULL,
  `email_verified` integer DEFAULT false NOT NULL,
  `image` text,
  `created_at` integer NOT NULL,
  `updated_at` integer NOT NULL
, `avatar_id` text, `bio` text DEFAULT '' NOT NULL, `role` text DEFAULT 'user' NOT NULL, `shown_ratings` text DEFAULT '[]' NOT NULL, `suspended_at` integer, `deleted_at` integer, `purged_at` integer, `training_emails` integer DEFAULT true NOT NULL);
CREATE INDEX `users_departed` ON `users` (`deleted_at`) WHERE deleted_at is not null and purged_at is null;
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
CREATE UNIQUE INDEX `users_handle_unique` ON `users` (`handle`);

CREATE TABLE `verifications` (
  `id` text PRIMARY KEY NOT NULL,
  `identifier` text NOT NULL,
  `value` text NOT NULL,
  `expires_at` integer NOT NULL,
  `created_at` integer NOT NULL,
  `updated_at` integer NOT NULL
);
CREATE INDEX `verifications_identifier` ON `verifications` (`identifier`);

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER api_keys_of_deleted_account BEFORE INSERT ON api_keys
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER credentials_of_deleted_account BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER idempotency_of_deleted_account BEFORE INSERT ON idempotency
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER passkeys_of_deleted_account BEFORE INSERT ON passkeys
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER sessions_of_deleted_account BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER verifications_of_deleted_account BEFORE INSERT ON verifications
WHEN EXISTS (SELECT 1 FROM users WHERE deleted_at IS NOT NULL AND id IN (
  new.value, replace(replace(new.identifier, 'emails:training:', ''), 'emails:', ''),
  iif(json_valid(new.value), new.value ->> '$.user_id', NULL), iif(json_valid(new.value), new.value ->> '$.userData.id', NULL))) BEGIN
  SELECT RAISE(IGNORE);
END;

-- What a deletion has emptied is not written again by a request that raced with it.
CREATE TRIGGER users_keep_deleted BEFORE UPDATE OF handle, name, email, email_verified, image, avatar_id, bio, role, shown_ratings ON users
WHEN old.deleted_at IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
