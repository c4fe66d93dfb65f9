-- catalog: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `adapter_days` (
  `adapter_id` text NOT NULL,
  `day` integer NOT NULL,
  `uses` integer DEFAULT 0 NOT NULL,
  `downloads` integer DEFAULT 0 NOT NULL,
  `likes` integer DEFAULT 0 NOT NULL,
  PRIMARY KEY(`adapter_id`, `day`)
);
CREATE INDEX `adapter_days_day` ON `adapter_days` (`day`);

CREATE TABLE `adapter_downloads` (
  `day` integer NOT NULL,
  `adapter_id` text NOT NULL,
  `who` text NOT NULL,
  PRIMARY KEY(`day`, `adapter_id`, `who`)
);

CREATE TABLE `adapter_pairs` (
  `adapter_id` text NOT NULL,
  `other_id` text NOT NULL,
  `uses` integer NOT NULL,
  PRIMARY KEY(`adapter_id`, `other_id`)
);
CREATE INDEX `adapter_pairs_most` ON `adapter_pairs` (`adapter_id`,`uses`);

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
, `rating` text DEFAULT 'general' NOT NULL, `downloads` integer DEFAULT 0 NOT NULL, `likes` integer DEFAULT 0 NOT NULL, `comments` integer DEFAULT 0 NOT NULL, `remixes` integer DEFAULT 0 NOT NULL, `trend` real DEFAULT 0 NOT NULL, `withdrawn_at` integer, `withdraw_reason` text DEFAULT '' NOT NULL);
CREATE UNIQUE INDEX `adapters_owner_name` ON `adapters` (`owner_id`,`name`);

CREATE TABLE `composition_members` (
  `composition_id` text NOT NULL,
  `adapter_id` text NOT NULL,
  `version_id` text NOT NULL,
  PRIMARY KEY(`composition_id`, `version_id`)
);
CREATE INDEX `composition_members_adapter` ON `composition_members` (`adapter_id`,`composition_id`);

CREATE TABLE `compositions` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `base_id` text NOT NULL,
  `title` text NOT NULL,
  `prompt` text NOT NULL,
  `members` text NOT NULL,
  `created_at` integer NOT NULL
, `mix_id` text, `number` integer, `changelog` text DEFAULT '' NOT NULL, `forked_from_id` text, `published_at` integer);
CREATE INDEX `compositions_forks` ON `compositions` (`forked_from_id`);
CREATE UNIQUE INDEX `compositions_mix_number` ON `compositions` (`mix_id`,`number`);
CREATE INDEX `compositions_owner` ON `compositions` (`owner_id`,`created_at`);

CREATE TABLE `mixes` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `name` text NOT NULL,
  `title` text NOT NULL,
  `description` text NOT NULL,
  `base_id` text NOT NULL,
  `visibility` text NOT NULL,
  `state` text NOT NULL,
  `rating` text DEFAULT 'general' NOT NULL,
  `cover_id` text,
  `uses` integer DEFAULT 0 NOT NULL,
  `likes` integer DEFAULT 0 NOT NULL,
  `comments` integer DEFAULT 0 NOT NULL,
  `forks` integer DEFAULT 0 NOT NULL,
  `created_at` integer NOT NULL,
  `updated_at` integer NOT NULL
);
CREATE INDEX `mixes_cover` ON `mixes` (`cover_id`);
CREATE INDEX `mixes_most_liked` ON `mixes` (`likes`,`id`);
CREATE INDEX `mixes_most_used` ON `mixes` (`uses`,`id`);
CREATE INDEX `mixes_newest` ON `mixes` (`created_at`,`id`);
CREATE UNIQUE INDEX `mixes_owner_name` ON `mixes` (`owner_id`,`name`);

CREATE TABLE `slots` (
  `id` text PRIMARY KEY NOT NULL,
  `base_id` text NOT NULL,
  `slot` integer NOT NULL,
  `owner_id` text NOT NULL,
  `adapter_id` text NOT NULL,
  `reserved_at` integer NOT NULL
, `expires_at` integer);
CREATE UNIQUE INDEX `slots_adapter_id_unique` ON `slots` (`adapter_id`);
CREATE UNIQUE INDEX `slots_base_slot` ON `slots` (`base_id`,`slot`);
CREATE INDEX `slots_expiry` ON `slots` (`expires_at`);
CREATE INDEX `slots_owner` ON `slots` (`base_id`,`owner_id`);

CREATE TABLE `versions` (
  `id` text PRIMARY KEY NOT NULL,
  `adapter_id` text NOT NULL,
  `number` integer NOT NULL,
  `base_id` text NOT NULL,
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
, `supersedes_id` text, `yank_reason` text, `yanked_at` integer, `yanked_by` text, `tensors_sha256` text, `scan_state` text DEFAULT 'pending' NOT NULL, `scan` text, `scanned_at` integer, `preview_job_id` text, `certificate` text, `self_check` text, `slot` integer, `foreign_facts` text);
CREATE UNIQUE INDEX `versions_adapter_number` ON `versions` (`adapter_id`,`number`);
CREATE INDEX `versions_preview_job` ON `versions` (`preview_job_id`);
CREATE INDEX `versions_sha256` ON `versions` (`sha256`);
CREATE INDEX `versions_tensors_sha256` ON `versions` (`tensors_sha256`);
CREATE INDEX `versions_unscanned` ON `versions` (`created_at`) WHERE scan_state = 'pending';

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER adapters_of_deleted_account BEFORE INSERT ON adapters
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER compositions_of_deleted_account BEFORE INSERT ON compositions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER mixes_of_deleted_account BEFORE INSERT ON mixes
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER slots_of_deleted_account BEFORE INSERT ON slots
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER versions_of_deleted_account BEFORE INSERT ON versions
WHEN EXISTS (SELECT 1 FROM adapters JOIN users ON users.id = owner_id WHERE adapters.id = new.adapter_id AND deleted_at IS NOT NULL)
  OR NOT EXISTS (SELECT 1 FROM adapters WHERE id = new.adapter_id) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- What a deletion has emptied is not written again by a request that raced with it.
CREATE TRIGGER adapters_keep_deleted BEFORE UPDATE OF title, description, concept, tags, credits ON adapters
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- What a deletion has emptied is not written again by a request that raced with it.
CREATE TRIGGER compositions_keep_deleted BEFORE UPDATE OF title, prompt, changelog ON compositions
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- What a deletion has emptied is not written again by a request that raced with it.
CREATE TRIGGER mixes_keep_deleted BEFORE UPDATE OF title, description ON mixes
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- What a deletion has emptied is not written again by a request that raced with it.
CREATE TRIGGER versions_keep_deleted BEFORE UPDATE OF changelog ON versions
WHEN EXISTS (SELECT 1 FROM adapters JOIN users ON users.id = owner_id WHERE adapters.id = old.adapter_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- A mix is rated at least as its strictest member: raising an adapter's rating raises its mixes'.
CREATE TRIGGER adapters_rating AFTER UPDATE OF rating ON adapters
WHEN instr('general sensitive explicit', new.rating) > instr('general sensitive explicit', old.rating) BEGIN
  UPDATE mixes SET rating = new.rating
  WHERE instr('general sensitive explicit', rating) < instr('general sensitive explicit', new.rating)
    AND id IN (
      SELECT c.mix_id FROM composition_members m JOIN compositions c ON c.id = m.composition_id WHERE m.adapter_id = new.id
    );
END;

-- Lists of collections show and sort by the count without reading the items.
CREATE TRIGGER collection_items_delete AFTER DELETE ON collection_items BEGIN
  UPDATE collections SET item_count = item_count - 1 WHERE id = old.collection_id;
END;

-- Lists of collections show and sort by the count without reading the items.
CREATE TRIGGER collection_items_insert AFTER INSERT ON collection_items BEGIN
  UPDATE collections SET item_count = item_count + 1 WHERE id = new.collection_id;
END;

-- An adapter counts the published mixes that hold it; recounted, since one mix may hold it in several versions.
CREATE TRIGGER composition_members_insert_remixes AFTER INSERT ON composition_members BEGIN
  UPDATE adapters SET remixes = (
    SELECT count(DISTINCT mixes.id) FROM composition_members m
    JOIN compositions c ON c.id = m.composition_id JOIN mixes ON mixes.id = c.mix_id
    WHERE m.adapter_id = adapters.id AND mixes.state = 'published' AND mixes.visibility <> 'private')
  WHERE id = new.adapter_id;
END;

-- The same when a mix is published, hidden, withdrawn, removed or restored, whoever does it.
CREATE TRIGGER mixes_update_remixes AFTER UPDATE OF state, visibility ON mixes
WHEN (old.state = 'published' AND old.visibility <> 'private') <> (new.state = 'published' AND new.visibility <> 'private') BEGIN
  UPDATE adapters SET remixes = (
    SELECT count(DISTINCT mixes.id) FROM composition_members m
    JOIN compositions c ON c.id = m.composition_id JOIN mixes ON mixes.id = c.mix_id
    WHERE m.adapter_id = adapters.id AND mixes.state = 'published' AND mixes.visibility <> 'private')
  WHERE id IN (
    SELECT m.adapter_id FROM compositions c JOIN composition_members m ON m.composition_id = c.id WHERE c.mix_id = new.id);
END;
