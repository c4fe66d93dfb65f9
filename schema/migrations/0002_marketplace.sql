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
CREATE TABLE `upload_parts` (
	`upload_id` text NOT NULL,
	`number` integer NOT NULL,
	`etag` text NOT NULL,
	`size_bytes` integer NOT NULL,
	PRIMARY KEY(`upload_id`, `number`)
);

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
CREATE TABLE `composition_members` (
	`composition_id` text NOT NULL,
	`adapter_id` text NOT NULL,
	`version_id` text NOT NULL,
	PRIMARY KEY(`composition_id`, `version_id`)
);

CREATE INDEX `composition_members_adapter` ON `composition_members` (`adapter_id`,`composition_id`);
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

CREATE UNIQUE INDEX `mixes_owner_name` ON `mixes` (`owner_id`,`name`);
CREATE INDEX `mixes_newest` ON `mixes` (`created_at`,`id`);
CREATE INDEX `mixes_most_used` ON `mixes` (`uses`,`id`);
CREATE INDEX `mixes_most_liked` ON `mixes` (`likes`,`id`);
CREATE INDEX `mixes_cover` ON `mixes` (`cover_id`);
CREATE TABLE `appeals` (
	`id` text PRIMARY KEY NOT NULL,
	`action_id` text NOT NULL,
	`appellant_id` text NOT NULL,
	`text` text NOT NULL,
	`state` text NOT NULL,
	`answer` text DEFAULT '' NOT NULL,
	`decided_by_id` text,
	`created_at` integer NOT NULL,
	`decided_at` integer
);

CREATE UNIQUE INDEX `appeals_action_id_unique` ON `appeals` (`action_id`);
CREATE INDEX `appeals_queue` ON `appeals` (`state`,`created_at`,`id`);
CREATE INDEX `appeals_appellant` ON `appeals` (`appellant_id`);
CREATE TABLE `blocked_terms` (
	`scope` text NOT NULL,
	`term` text NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `term`)
);

CREATE TABLE `moderation_actions` (
	`id` text PRIMARY KEY NOT NULL,
	`moderator_id` text NOT NULL,
	`kind` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text NOT NULL,
	`subject_id` text,
	`ground` text,
	`reason` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL
);

CREATE INDEX `moderation_actions_newest` ON `moderation_actions` (`created_at`,`id`);
CREATE INDEX `moderation_actions_target` ON `moderation_actions` (`target_id`,`created_at`);
CREATE INDEX `moderation_actions_subject` ON `moderation_actions` (`subject_id`,`created_at`);
CREATE INDEX `moderation_actions_moderator` ON `moderation_actions` (`moderator_id`,`created_at`);
CREATE TABLE `takedowns` (
	`target_id` text PRIMARY KEY NOT NULL,
	`target_kind` text NOT NULL,
	`action_id` text NOT NULL,
	`state_before` text NOT NULL,
	`purge_at` integer NOT NULL,
	`purge_began_at` integer,
	`purged_at` integer
);

CREATE INDEX `takedowns_due` ON `takedowns` (`purge_at`) WHERE purged_at is null;
CREATE TABLE `reports` (
	`id` text PRIMARY KEY NOT NULL,
	`reporter_id` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text NOT NULL,
	`reason` text NOT NULL,
	`detail` text NOT NULL,
	`state` text NOT NULL,
	`action_id` text,
	`created_at` integer NOT NULL,
	`decided_at` integer
);

CREATE INDEX `reports_queue` ON `reports` (`state`,`created_at`,`id`);
CREATE INDEX `reports_target` ON `reports` (`target_id`,`state`);
CREATE INDEX `reports_reporter` ON `reports` (`reporter_id`,`created_at`);
CREATE INDEX `reports_action` ON `reports` (`action_id`);
CREATE UNIQUE INDEX `reports_pending` ON `reports` (`reporter_id`,`target_id`) WHERE state = 'pending';
CREATE TABLE `collection_items` (
	`collection_id` text NOT NULL,
	`adapter_id` text NOT NULL,
	`position` integer NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`added_at` integer NOT NULL,
	PRIMARY KEY(`collection_id`, `adapter_id`)
);

CREATE INDEX `collection_items_adapter` ON `collection_items` (`adapter_id`);
CREATE INDEX `collection_items_order` ON `collection_items` (`collection_id`,`position`);
CREATE TABLE `collections` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`description` text NOT NULL,
	`visibility` text NOT NULL,
	`base_id` text,
	`class` integer,
	`item_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);

CREATE UNIQUE INDEX `collections_owner_name` ON `collections` (`owner_id`,`name`);
CREATE INDEX `collections_newest` ON `collections` (`created_at`,`id`);
CREATE INDEX `collections_updated` ON `collections` (`updated_at`,`id`);
CREATE INDEX `collections_class` ON `collections` (`base_id`,`class`);
CREATE TABLE `comments` (
	`id` text PRIMARY KEY NOT NULL,
	`target_id` text NOT NULL,
	`author_id` text NOT NULL,
	`parent_id` text,
	`body` text NOT NULL,
	`state` text NOT NULL,
	`hidden_by_id` text,
	`created_at` integer NOT NULL,
	`edited_at` integer
);

CREATE INDEX `comments_target` ON `comments` (`target_id`,`parent_id`,`created_at`,`id`);
CREATE INDEX `comments_author` ON `comments` (`author_id`,`created_at`);
CREATE INDEX `comments_parent` ON `comments` (`parent_id`,`created_at`,`id`);
CREATE TABLE `follows` (
	`follower_id` text NOT NULL,
	`followed_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`follower_id`, `followed_id`)
);

CREATE INDEX `follows_followed` ON `follows` (`followed_id`,`created_at`);
CREATE INDEX `follows_newest` ON `follows` (`follower_id`,`created_at`);
CREATE TABLE `likes` (
	`user_id` text NOT NULL,
	`target_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `target_id`)
);

CREATE INDEX `likes_target` ON `likes` (`target_id`,`created_at`);
CREATE INDEX `likes_newest` ON `likes` (`user_id`,`created_at`);
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`actor_id` text,
	`target_id` text,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`read_at` integer
);

CREATE INDEX `notifications_user` ON `notifications` (`user_id`,`created_at`,`id`);
CREATE INDEX `notifications_target` ON `notifications` (`target_id`);
CREATE INDEX `notifications_unread` ON `notifications` (`user_id`) WHERE read_at is null;
CREATE INDEX `notifications_read` ON `notifications` (`read_at`) WHERE read_at is not null;
CREATE UNIQUE INDEX `notifications_like` ON `notifications` (`user_id`,`target_id`) WHERE kind = 'like' and read_at is null;
ALTER TABLE `adapters` ADD `rating` text DEFAULT 'general' NOT NULL;
ALTER TABLE `adapters` ADD `downloads` integer DEFAULT 0 NOT NULL;
ALTER TABLE `adapters` ADD `likes` integer DEFAULT 0 NOT NULL;
ALTER TABLE `adapters` ADD `comments` integer DEFAULT 0 NOT NULL;
ALTER TABLE `adapters` ADD `remixes` integer DEFAULT 0 NOT NULL;
ALTER TABLE `adapters` ADD `trend` real DEFAULT 0 NOT NULL;
ALTER TABLE `adapters` ADD `withdrawn_at` integer;
ALTER TABLE `adapters` ADD `withdraw_reason` text DEFAULT '' NOT NULL;
CREATE INDEX `adapters_most_liked` ON `adapters` (`likes`,`id`);
CREATE INDEX `adapters_trending` ON `adapters` (`trend`,`id`);
ALTER TABLE `compositions` ADD `mix_id` text;
ALTER TABLE `compositions` ADD `number` integer;
ALTER TABLE `compositions` ADD `changelog` text DEFAULT '' NOT NULL;
ALTER TABLE `compositions` ADD `forked_from_id` text;
ALTER TABLE `compositions` ADD `published_at` integer;
CREATE UNIQUE INDEX `compositions_mix_number` ON `compositions` (`mix_id`,`number`);
CREATE INDEX `compositions_forks` ON `compositions` (`forked_from_id`);
ALTER TABLE `jobs` ADD `asked` text;
ALTER TABLE `jobs` ADD `request_sha256` text;
CREATE INDEX `jobs_request` ON `jobs` (`owner_id`,`request_sha256`,`created_at`) WHERE request_sha256 is not null;
ALTER TABLE `slots` ADD `expires_at` integer;
CREATE INDEX `slots_expiry` ON `slots` (`expires_at`);
ALTER TABLE `uploads` ADD `metadata` text;
ALTER TABLE `uploads` ADD `multipart_id` text;
CREATE INDEX `uploads_sha256` ON `uploads` (`sha256`);
CREATE INDEX `images_sha256` ON `images` (`sha256`);
CREATE INDEX `uploads_unfinished` ON `uploads` (`expires_at`) WHERE multipart_id is not null;
ALTER TABLE `users` ADD `avatar_id` text;
ALTER TABLE `users` ADD `bio` text DEFAULT '' NOT NULL;
ALTER TABLE `users` ADD `role` text DEFAULT 'user' NOT NULL;
ALTER TABLE `users` ADD `shown_ratings` text DEFAULT '[]' NOT NULL;
ALTER TABLE `users` ADD `suspended_at` integer;
ALTER TABLE `users` ADD `deleted_at` integer;
ALTER TABLE `users` ADD `purged_at` integer;
CREATE INDEX `users_departed` ON `users` (`deleted_at`) WHERE deleted_at is not null and purged_at is null;
ALTER TABLE `versions` ADD `supersedes_id` text;
ALTER TABLE `versions` ADD `yank_reason` text;
ALTER TABLE `versions` ADD `yanked_at` integer;
ALTER TABLE `versions` ADD `yanked_by` text;
ALTER TABLE `versions` ADD `tensors_sha256` text;
ALTER TABLE `versions` ADD `scan_state` text DEFAULT 'pending' NOT NULL;
ALTER TABLE `versions` ADD `scan` text;
ALTER TABLE `versions` ADD `scanned_at` integer;
ALTER TABLE `versions` ADD `preview_job_id` text;
CREATE INDEX `versions_tensors_sha256` ON `versions` (`tensors_sha256`);
CREATE INDEX `versions_preview_job` ON `versions` (`preview_job_id`);
CREATE INDEX `versions_unscanned` ON `versions` (`created_at`) WHERE scan_state = 'pending';

-- Counters of likes, comments and items: triggers keep them equal to the rows, so that two writers at once cannot count one row twice.
CREATE TRIGGER likes_insert AFTER INSERT ON likes BEGIN
  UPDATE adapters SET likes = likes + 1 WHERE id = new.target_id;
  UPDATE mixes SET likes = likes + 1 WHERE id = new.target_id;
  INSERT INTO adapter_days (adapter_id, day, likes)
  SELECT id, CAST(new.created_at AS INTEGER) / 86400000, 1 FROM adapters WHERE id = new.target_id
  ON CONFLICT (adapter_id, day) DO UPDATE SET likes = likes + 1;
  -- The owner is told once until it is read; the row counts on. Only likes since `since` are in its count.
  INSERT INTO notifications (id, user_id, kind, actor_id, target_id, data, created_at)
  SELECT 'ntf_' || lower(hex(randomblob(12))), users.id, 'like', new.user_id, new.target_id,
    json_object('count', 1, 'since', CAST(new.created_at AS INTEGER)), new.created_at
  FROM (SELECT owner_id FROM adapters WHERE id = new.target_id UNION ALL SELECT owner_id FROM mixes WHERE id = new.target_id)
  JOIN users ON users.id = owner_id
  WHERE users.id <> new.user_id AND users.deleted_at IS NULL
  ON CONFLICT (user_id, target_id) WHERE kind = 'like' AND read_at IS NULL DO UPDATE SET
    actor_id = excluded.actor_id, created_at = excluded.created_at,
    data = json_set(data, '$.count', json_extract(data, '$.count') + 1);
END;
CREATE TRIGGER likes_delete AFTER DELETE ON likes BEGIN
  UPDATE adapters SET likes = likes - 1 WHERE id = old.target_id;
  UPDATE mixes SET likes = likes - 1 WHERE id = old.target_id;
  UPDATE adapter_days SET likes = likes - 1
  WHERE adapter_id = old.target_id AND day = CAST(old.created_at AS INTEGER) / 86400000 AND likes > 0;
  UPDATE notifications SET data = json_set(data, '$.count', json_extract(data, '$.count') - 1),
    actor_id = iif(actor_id = old.user_id, (SELECT user_id FROM likes WHERE target_id = old.target_id
      AND user_id <> notifications.user_id ORDER BY created_at DESC LIMIT 1), actor_id)
  WHERE target_id = old.target_id AND kind = 'like' AND read_at IS NULL AND user_id <> old.user_id
    AND json_extract(data, '$.since') <= old.created_at;
  DELETE FROM notifications
  WHERE target_id = old.target_id AND kind = 'like' AND read_at IS NULL AND json_extract(data, '$.count') < 1;
END;
CREATE TRIGGER comments_insert AFTER INSERT ON comments WHEN new.state = 'visible' BEGIN
  UPDATE adapters SET comments = comments + 1 WHERE id = new.target_id;
  UPDATE mixes SET comments = comments + 1 WHERE id = new.target_id;
END;
CREATE TRIGGER comments_update AFTER UPDATE OF state ON comments
WHEN (old.state = 'visible') <> (new.state = 'visible') BEGIN
  UPDATE adapters SET comments = comments + iif(new.state = 'visible', 1, -1) WHERE id = new.target_id;
  UPDATE mixes SET comments = comments + iif(new.state = 'visible', 1, -1) WHERE id = new.target_id;
END;
CREATE TRIGGER comments_delete AFTER DELETE ON comments WHEN old.state = 'visible' BEGIN
  UPDATE adapters SET comments = comments - 1 WHERE id = old.target_id;
  UPDATE mixes SET comments = comments - 1 WHERE id = old.target_id;
END;
CREATE TRIGGER collection_items_insert AFTER INSERT ON collection_items BEGIN
  UPDATE collections SET item_count = item_count + 1 WHERE id = new.collection_id;
END;
CREATE TRIGGER collection_items_delete AFTER DELETE ON collection_items BEGIN
  UPDATE collections SET item_count = item_count - 1 WHERE id = old.collection_id;
END;

-- Mixes in full text, kept equal by triggers as adapters_fts is.
CREATE VIRTUAL TABLE mixes_fts USING fts5(
  mix_id UNINDEXED, title, name, description,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER mixes_insert AFTER INSERT ON mixes BEGIN
  INSERT INTO mixes_fts (mix_id, title, name, description) VALUES (new.id, new.title, new.name, new.description);
END;
CREATE TRIGGER mixes_update AFTER UPDATE OF title, description ON mixes BEGIN
  DELETE FROM mixes_fts WHERE mix_id = old.id;
  INSERT INTO mixes_fts (mix_id, title, name, description) VALUES (new.id, new.title, new.name, new.description);
END;
CREATE TRIGGER mixes_delete AFTER DELETE ON mixes BEGIN
  DELETE FROM mixes_fts WHERE mix_id = old.id;
END;
-- A mix is rated at least as its adapters are: when one of them is rated up, so is every mix that holds it.
CREATE TRIGGER adapters_rating AFTER UPDATE OF rating ON adapters
WHEN instr('general sensitive explicit', new.rating) > instr('general sensitive explicit', old.rating) BEGIN
  UPDATE mixes SET rating = new.rating
  WHERE instr('general sensitive explicit', rating) < instr('general sensitive explicit', new.rating)
    AND id IN (
      SELECT c.mix_id FROM composition_members m JOIN compositions c ON c.id = m.composition_id WHERE m.adapter_id = new.id
    );
END;

-- The audit log is added to and never changed.
CREATE TRIGGER moderation_actions_update BEFORE UPDATE ON moderation_actions BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;
-- REPLACE deletes without a DELETE trigger.
CREATE TRIGGER moderation_actions_replace BEFORE INSERT ON moderation_actions
WHEN EXISTS (SELECT 1 FROM moderation_actions WHERE id = new.id) BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;
CREATE TRIGGER moderation_actions_delete BEFORE DELETE ON moderation_actions BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;
