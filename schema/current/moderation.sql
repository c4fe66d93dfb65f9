-- moderation: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

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
CREATE INDEX `appeals_appellant` ON `appeals` (`appellant_id`);
CREATE INDEX `appeals_queue` ON `appeals` (`state`,`created_at`,`id`);

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
CREATE INDEX `moderation_actions_moderator` ON `moderation_actions` (`moderator_id`,`created_at`);
CREATE INDEX `moderation_actions_newest` ON `moderation_actions` (`created_at`,`id`);
CREATE INDEX `moderation_actions_subject` ON `moderation_actions` (`subject_id`,`created_at`);
CREATE INDEX `moderation_actions_target` ON `moderation_actions` (`target_id`,`created_at`);

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
CREATE INDEX `reports_action` ON `reports` (`action_id`);
CREATE UNIQUE INDEX `reports_pending` ON `reports` (`reporter_id`,`target_id`) WHERE state = 'pending';
CREATE INDEX `reports_queue` ON `reports` (`state`,`created_at`,`id`);
CREATE INDEX `reports_reporter` ON `reports` (`reporter_id`,`created_at`);
CREATE INDEX `reports_target` ON `reports` (`target_id`,`state`);

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

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER appeals_of_deleted_account BEFORE INSERT ON appeals
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.appellant_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER blocked_terms_of_deleted_account BEFORE INSERT ON blocked_terms
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.created_by_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER moderation_actions_of_deleted_account BEFORE INSERT ON moderation_actions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.moderator_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER reports_of_deleted_account BEFORE INSERT ON reports
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.reporter_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- The audit log is never changed, not even by a faulty statement.
CREATE TRIGGER moderation_actions_delete BEFORE DELETE ON moderation_actions BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;

-- INSERT OR REPLACE would change a row without an UPDATE.
CREATE TRIGGER moderation_actions_replace BEFORE INSERT ON moderation_actions
WHEN EXISTS (SELECT 1 FROM moderation_actions WHERE id = new.id) BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;

-- The audit log is never changed, not even by a faulty statement.
CREATE TRIGGER moderation_actions_update BEFORE UPDATE ON moderation_actions BEGIN
  SELECT RAISE(ABORT, 'The audit log is never changed.');
END;
