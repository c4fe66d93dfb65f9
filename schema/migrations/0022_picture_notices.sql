-- Whoever owns an adapter is notified of pictures that others share with it: in one notification for each adapter and day until it is read. Each row of
-- picture_members names the notification that counts its picture, so that a picture that is taken away is taken out of that count.
ALTER TABLE `picture_members` ADD `notification_id` text;
CREATE UNIQUE INDEX `notifications_picture` ON `notifications` (`user_id`,`target_id`,json_extract(data, '$.day')) WHERE kind = 'picture_shared' and read_at is null;
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
CREATE TRIGGER pictures_update_notices AFTER UPDATE OF state ON pictures
WHEN (old.state = 'published') <> (new.state = 'published') BEGIN
  UPDATE notifications SET data = json_set(data, '$.count', json_extract(data, '$.count') + iif(new.state = 'published', 1, -1))
  WHERE id IN (SELECT notification_id FROM picture_members WHERE picture_id = new.id);
  DELETE FROM notifications
  WHERE id IN (SELECT notification_id FROM picture_members WHERE picture_id = new.id) AND json_extract(data, '$.count') < 1;
END;
CREATE TRIGGER picture_members_delete AFTER DELETE ON picture_members
WHEN old.notification_id IS NOT NULL AND EXISTS (SELECT 1 FROM pictures WHERE id = old.picture_id AND state = 'published') BEGIN
  UPDATE notifications SET data = json_set(data, '$.count', json_extract(data, '$.count') - 1) WHERE id = old.notification_id;
  DELETE FROM notifications WHERE id = old.notification_id AND json_extract(data, '$.count') < 1;
END;
