-- pictures: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `picture_members` (
  `picture_id` text NOT NULL,
  `adapter_id` text NOT NULL,
  `version_id` text NOT NULL, `notification_id` text,
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
, `sha256` text, `likes` integer DEFAULT 0 NOT NULL);
CREATE UNIQUE INDEX `pictures_image_id_unique` ON `pictures` (`image_id`);
CREATE INDEX `pictures_liked` ON `pictures` (`likes`,`id`);
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

-- A picture that is deleted with its owner's account, or shared again, is taken out of the notification that counts it.
CREATE TRIGGER picture_members_delete AFTER DELETE ON picture_members
WHEN old.notification_id IS NOT NULL AND EXISTS (SELECT 1 FROM pictures WHERE id = old.picture_id AND state = 'published') BEGIN
  UPDATE notifications SET data = json_set(data, '$.count', json_extract(data, '$.count') - 1) WHERE id = old.notification_id;
  DELETE FROM notifications WHERE id = old.notification_id AND json_extract(data, '$.count') < 1;
END;

-- An adapter's owner is notified of a picture that others share with it, in one notification an adapter and day until it is read.
CREATE TRIGGER picture_members_insert AFTER INSERT ON picture_members BEGIN
  -- The actor is named while all of them are of one person.
  INSERT INTO notifications (id, user_id, kind, actor_id, target_id, data, created_at)
  SELECT 'ntf_' || lower(hex(randomblob(12))), users.id, 'picture_shared', pictures.owner_id, new.adapter_id,
    json_object('count', 1, 'day', date(pictures.updated_at / 1000, 'unixepoch')), pictures.updated_at
  FROM pictures JOIN adapters ON adapters.id = new.adapter_id JOIN users ON users.id = adapters.owner_id
  WHERE pictures.id = new.picture_id AND pictures.state = 'published'
    AND users.id <> pictures.owner_id AND users.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM picture_members
      WHERE picture_id = new.picture_id AND adapter_id = new.adapter_id AND version_id <> new.version_id)
  ON CONFLICT (user_id, target_id, json_extract(data, '$.day')) WHERE kind = 'picture_shared' AND read_at IS NULL DO UPDATE SET
    actor_id = iif(actor_id = excluded.actor_id, actor_id, NULL), created_at = excluded.created_at,
    data = json_set(data, '$.count', json_extract(data, '$.count') + 1);
  UPDATE picture_members SET notification_id = (
    SELECT n.id FROM pictures p JOIN adapters a ON a.id = new.adapter_id JOIN notifications n ON n.user_id = a.owner_id
    WHERE p.id = new.picture_id AND p.state = 'published' AND a.owner_id <> p.owner_id AND n.target_id = a.id
      AND n.kind = 'picture_shared' AND n.read_at IS NULL AND json_extract(n.data, '$.day') = date(p.updated_at / 1000, 'unixepoch'))
  WHERE picture_id = new.picture_id AND version_id = new.version_id
    AND NOT EXISTS (SELECT 1 FROM picture_members
      WHERE picture_id = new.picture_id AND adapter_id = new.adapter_id AND version_id <> new.version_id);
END;

-- A picture that is withdrawn or removed is taken out of the notifications that count it, and counted again where it comes back.
CREATE TRIGGER pictures_update_notices AFTER UPDATE OF state ON pictures
WHEN (old.state = 'published') <> (new.state = 'published') BEGIN
  UPDATE notifications SET data = json_set(data, '$.count', json_extract(data, '$.count') + iif(new.state = 'published', 1, -1))
  WHERE id IN (SELECT notification_id FROM picture_members WHERE picture_id = new.id);
  DELETE FROM notifications
  WHERE id IN (SELECT notification_id FROM picture_members WHERE picture_id = new.id) AND json_extract(data, '$.count') < 1;
END;
