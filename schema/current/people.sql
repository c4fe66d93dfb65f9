-- people: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

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
CREATE INDEX `collections_class` ON `collections` (`base_id`,`class`);
CREATE INDEX `collections_newest` ON `collections` (`created_at`,`id`);
CREATE UNIQUE INDEX `collections_owner_name` ON `collections` (`owner_id`,`name`);
CREATE INDEX `collections_updated` ON `collections` (`updated_at`,`id`);

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
CREATE INDEX `comments_author` ON `comments` (`author_id`,`created_at`);
CREATE INDEX `comments_parent` ON `comments` (`parent_id`,`created_at`,`id`);
CREATE INDEX `comments_target` ON `comments` (`target_id`,`parent_id`,`created_at`,`id`);

CREATE TABLE `emails_due` (
  `notification_id` text PRIMARY KEY NOT NULL,
  `due_at` integer NOT NULL,
  `failures` integer DEFAULT 0 NOT NULL
);
CREATE INDEX `emails_due_first` ON `emails_due` (`due_at`);

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
CREATE INDEX `likes_newest` ON `likes` (`user_id`,`created_at`);
CREATE INDEX `likes_target` ON `likes` (`target_id`,`created_at`);

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
CREATE UNIQUE INDEX `notifications_like` ON `notifications` (`user_id`,`target_id`) WHERE kind = 'like' and read_at is null;
CREATE UNIQUE INDEX `notifications_picture` ON `notifications` (`user_id`,`target_id`,json_extract(data, '$.day')) WHERE kind = 'picture_shared' and read_at is null;
CREATE INDEX `notifications_read` ON `notifications` (`read_at`) WHERE read_at is not null;
CREATE INDEX `notifications_target` ON `notifications` (`target_id`);
CREATE INDEX `notifications_unread` ON `notifications` (`user_id`) WHERE read_at is null;
CREATE INDEX `notifications_user` ON `notifications` (`user_id`,`created_at`,`id`);

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER collections_of_deleted_account BEFORE INSERT ON collections
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER comments_of_deleted_account BEFORE INSERT ON comments
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.author_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER follows_of_deleted_account BEFORE INSERT ON follows
WHEN EXISTS (SELECT 1 FROM users WHERE id IN (new.follower_id, new.followed_id) AND deleted_at IS NOT NULL) BEGIN
  SELECT iif(
    EXISTS (SELECT 1 FROM users WHERE id = new.follower_id AND deleted_at IS NOT NULL),
    RAISE(ABORT, 'account_deleted'), RAISE(ABORT, 'person_deleted'));
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER likes_of_deleted_account BEFORE INSERT ON likes
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER notifications_of_deleted_account BEFORE INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(IGNORE);
END;

-- Pages show how many visible comments a target has.
CREATE TRIGGER comments_delete AFTER DELETE ON comments WHEN old.state = 'visible' BEGIN
  UPDATE adapters SET comments = comments - 1 WHERE id = old.target_id;
  UPDATE mixes SET comments = comments - 1 WHERE id = old.target_id;
END;

-- Pages show how many visible comments a target has.
CREATE TRIGGER comments_insert AFTER INSERT ON comments WHEN new.state = 'visible' BEGIN
  UPDATE adapters SET comments = comments + 1 WHERE id = new.target_id;
  UPDATE mixes SET comments = comments + 1 WHERE id = new.target_id;
END;

-- The same when a comment is hidden or shown again, by its author, the owner of its target or a moderator.
CREATE TRIGGER comments_update AFTER UPDATE OF state ON comments
WHEN (old.state = 'visible') <> (new.state = 'visible') BEGIN
  UPDATE adapters SET comments = comments + iif(new.state = 'visible', 1, -1) WHERE id = new.target_id;
  UPDATE mixes SET comments = comments + iif(new.state = 'visible', 1, -1) WHERE id = new.target_id;
END;

-- Takes back what the like added: counters, the day's trend, and its share of an unread notification.
CREATE TRIGGER likes_delete AFTER DELETE ON likes BEGIN
  UPDATE adapters SET likes = likes - 1 WHERE id = old.target_id;
  UPDATE mixes SET likes = likes - 1 WHERE id = old.target_id;
  UPDATE pictures SET likes = likes - 1 WHERE id = old.target_id;
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

-- Counts a like on its target and its day, and notifies the owner in one row until it is read, within the like's transaction.
CREATE TRIGGER likes_insert AFTER INSERT ON likes BEGIN
  UPDATE adapters SET likes = likes + 1 WHERE id = new.target_id;
  UPDATE mixes SET likes = likes + 1 WHERE id = new.target_id;
  UPDATE pictures SET likes = likes + 1 WHERE id = new.target_id;
  INSERT INTO adapter_days (adapter_id, day, likes)
  SELECT id, CAST(new.created_at AS INTEGER) / 86400000, 1 FROM adapters WHERE id = new.target_id
  ON CONFLICT (adapter_id, day) DO UPDATE SET likes = likes + 1;
  -- The owner is notified once until it is read; the row counts on. Only likes since `since` are in its count.
  INSERT INTO notifications (id, user_id, kind, actor_id, target_id, data, created_at)
  SELECT 'ntf_' || lower(hex(randomblob(12))), users.id, 'like', new.user_id, new.target_id,
    json_object('count', 1, 'since', CAST(new.created_at AS INTEGER)), new.created_at
  FROM (SELECT owner_id FROM adapters WHERE id = new.target_id UNION ALL SELECT owner_id FROM mixes WHERE id = new.target_id
    UNION ALL SELECT owner_id FROM pictures WHERE id = new.target_id)
  JOIN users ON users.id = owner_id
  WHERE users.id <> new.user_id AND users.deleted_at IS NULL
  ON CONFLICT (user_id, target_id) WHERE kind = 'like' AND read_at IS NULL DO UPDATE SET
    actor_id = excluded.actor_id, created_at = excluded.created_at,
    data = json_set(data, '$.count', json_extract(data, '$.count') + 1);
END;

-- An email is due in the transaction of the notification that it repeats, so that neither is without the other.
CREATE TRIGGER notifications_insert_email AFTER INSERT ON notifications WHEN new.kind = 'training_ended' BEGIN
  INSERT INTO emails_due (notification_id, due_at) SELECT new.id, new.created_at FROM users
  WHERE id = new.user_id AND training_emails AND email_verified;
END;
