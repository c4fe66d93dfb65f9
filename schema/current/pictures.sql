-- pictures: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `picture_members` (
  `picture_id` text NOT NULL,
  `adapter_id` text NOT NULL,
  `version_id` text NOT NULL,
  PRIMARY KEY(`picture_id`, `version_id`)
);
CREATE INDEX `picture_members_adapter` ON `picture_members` (`adapter_id`,`picture_id`);

CREATE TABLE `pictures` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `image_id` text NOT NULL,
  `source_id` text NOT NULL,
  `base_id` text NOT NULL,
  `members` text NOT NULL,
  `state` text NOT NULL,
  `rating` text NOT NULL,
  `created_at` integer NOT NULL,
  `updated_at` integer NOT NULL
, `sha256` text);
CREATE UNIQUE INDEX `pictures_image_id_unique` ON `pictures` (`image_id`);
CREATE INDEX `pictures_newest` ON `pictures` (`created_at`,`id`);
CREATE INDEX `pictures_owner` ON `pictures` (`owner_id`,`created_at`,`id`);
CREATE INDEX `pictures_removed` ON `pictures` (`sha256`) WHERE state = 'removed';
CREATE UNIQUE INDEX `pictures_source_id_unique` ON `pictures` (`source_id`);

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER pictures_of_deleted_account BEFORE INSERT ON pictures
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- A shared picture is rated at least as its strictest adapter: raising an adapter's rating raises its pictures'.
CREATE TRIGGER adapters_rating_pictures AFTER UPDATE OF rating ON adapters
WHEN instr('general sensitive explicit', new.rating) > instr('general sensitive explicit', old.rating) BEGIN
  UPDATE pictures SET rating = new.rating
  WHERE instr('general sensitive explicit', rating) < instr('general sensitive explicit', new.rating)
    AND id IN (SELECT picture_id FROM picture_members WHERE adapter_id = new.id);
END;
