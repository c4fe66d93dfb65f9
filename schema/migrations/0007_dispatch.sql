-- A lease finds its jobs by one index, whatever waits behind them: base, paused or not, shape, then the order of the queue. An owner's
-- jobs stand in the same order, for runners that serve their owner alone, those that were ordered with high priority first.
ALTER TABLE `jobs` ADD `express` integer DEFAULT 0 NOT NULL;
-- A generation may wait for a training. What waits so stands in no queue; its time begins when that training is over.
ALTER TABLE `jobs` ADD `waits_for` text;
ALTER TABLE `jobs` ADD `ready_at` integer;
DROP INDEX `jobs_waiting`;
CREATE INDEX `jobs_waiting` ON `jobs` (`base_id`,`not_before`,`shape`,"priority" desc,`turn`,`id`) WHERE status = 'queued' and waits_for is null;
DROP INDEX `jobs_queued_owner`;
CREATE INDEX `jobs_queued_owner` ON `jobs` (`owner_id`,"priority" desc,"express" desc,`turn`,`id`) WHERE status in ('queued', 'running');
DROP INDEX `jobs_queue`;
CREATE INDEX `jobs_queue` ON `jobs` ("priority" desc,`turn`,`id`) WHERE status = 'queued' and waits_for is null;
DROP INDEX `jobs_age`;
CREATE INDEX `jobs_age` ON `jobs` (coalesce("ready_at", "created_at")) WHERE status = 'queued' and waits_for is null;
CREATE INDEX `jobs_dependents` ON `jobs` (`waits_for`) WHERE waits_for is not null;

-- Whatever ends a training without a version ends in the same transaction what waits for it. Success queues it: functions/dispatch/dependents.ts.
CREATE TRIGGER jobs_update_dependents AFTER UPDATE OF status ON jobs
WHEN new.kind = 'train' AND new.status IN ('failed', 'canceled') AND new.status <> old.status BEGIN
  UPDATE jobs SET status = 'failed', finished_at = coalesce(new.finished_at, CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    error = json_object('code', 'dependency_failed', 'message',
      'The training that it waited for, ' || new.id || ', ' || iif(new.status = 'failed', 'failed.', 'was canceled.'))
  WHERE waits_for = new.id AND status = 'queued';
END;

-- The wait of such a job is counted from when it was ready.
DROP TRIGGER runs_insert_counts;
CREATE TRIGGER runs_insert_counts AFTER INSERT ON runs WHEN new.attempt = 1 BEGIN
  INSERT INTO dispatch_counts (metric, base_id, kind, outcome, bucket, count, sum_ms)
  SELECT 'wait', base_id, kind, '', min(13, max(0, ceil(log2(max(1, new.started_at - since) / 1000.0)))), 1, max(0, new.started_at - since)
  FROM (SELECT base_id, kind, coalesce(ready_at, created_at) AS since FROM jobs WHERE id = new.job_id) WHERE true
  ON CONFLICT DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms;
END;
