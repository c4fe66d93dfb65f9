-- What operators see: counts that /metrics serves without reading history, and indexes for what is looked at while it happens.
CREATE TABLE `dispatch_counts` (
	`metric` text NOT NULL,
	`base_id` text NOT NULL,
	`kind` text NOT NULL,
	`outcome` text NOT NULL,
	`bucket` integer NOT NULL,
	`count` integer NOT NULL,
	`sum_ms` integer NOT NULL,
	PRIMARY KEY(`metric`, `base_id`, `kind`, `outcome`, `bucket`)
);

CREATE INDEX `jobs_waiting` ON `jobs` (`base_id`,`kind`,`created_at`) WHERE status = 'queued';
CREATE INDEX `jobs_failed` ON `jobs` (`finished_at`,`id`) WHERE status = 'failed';
CREATE INDEX `runners_seen` ON `runners` (`last_seen_at`,`id`) WHERE deregistered_at is null;
ALTER TABLE `jobs` ADD `replayed_as` text;

-- One row a bucket, counted up in the transaction of the run: `wait` from order to first lease, `run` from lease to end. A bucket is the
-- smallest power of two of seconds that holds the time, as its exponent, from 0 (a second or less) to 13 (more than an hour).
CREATE TRIGGER runs_insert_counts AFTER INSERT ON runs WHEN new.attempt = 1 BEGIN
  INSERT INTO dispatch_counts (metric, base_id, kind, outcome, bucket, count, sum_ms)
  SELECT 'wait', base_id, kind, '', min(13, max(0, ceil(log2(max(1, new.started_at - created_at) / 1000.0)))), 1,
    max(0, new.started_at - created_at)
  FROM jobs WHERE id = new.job_id
  ON CONFLICT DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms;
END;
CREATE TRIGGER runs_update_counts AFTER UPDATE OF outcome ON runs WHEN old.outcome IS NULL AND new.outcome IS NOT NULL BEGIN
  INSERT INTO dispatch_counts (metric, base_id, kind, outcome, bucket, count, sum_ms)
  SELECT 'run', base_id, kind, new.outcome,
    min(13, max(0, ceil(log2(max(1, coalesce(new.finished_at, new.started_at) - new.started_at) / 1000.0)))), 1,
    max(0, coalesce(new.finished_at, new.started_at) - new.started_at)
  FROM jobs WHERE id = new.job_id
  ON CONFLICT DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms;
END;
