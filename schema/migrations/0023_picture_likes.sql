-- Shared pictures are liked as adapters and mixes are: the same table of likes, the same triggers, and a counter by which the feed is sorted.
ALTER TABLE `pictures` ADD `likes` integer DEFAULT 0 NOT NULL;
CREATE INDEX `pictures_liked` ON `pictures` (`likes`,`id`);
DROP TRIGGER likes_insert;
DROP TRIGGER likes_delete;
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
