-- Whoever ordered a training may have left the page long before it ends. Every end passes here: a settle, an expired lease, a deadline.
CREATE TRIGGER jobs_update_training_ended AFTER UPDATE OF status ON jobs
WHEN new.kind = 'train' AND new.status IN ('succeeded', 'failed') AND new.status <> old.status BEGIN
  INSERT INTO notifications (id, user_id, kind, actor_id, target_id, data, created_at)
  SELECT 'ntf_' || lower(hex(randomblob(12))), id, 'training_ended', NULL, new.adapter_id,
    json_object('training_id', new.id, 'status', new.status),
    coalesce(new.finished_at, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  FROM users WHERE id = new.owner_id AND deleted_at IS NULL;
END;
