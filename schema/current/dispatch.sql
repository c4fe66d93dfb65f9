-- dispatch: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

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

CREATE TABLE `jobs` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `kind` text NOT NULL,
  `base_id` text NOT NULL,
  `shape` text NOT NULL,
  `status` text NOT NULL,
  `priority` integer DEFAULT 0 NOT NULL,
  `turn` integer NOT NULL,
  `request` text NOT NULL,
  `spec` text NOT NULL,
  `inputs` text NOT NULL,
  `adapter_id` text,
  `cancel_requested_at` integer,
  `lease_id` text,
  `lease_expires_at` integer,
  `attempts` integer DEFAULT 0 NOT NULL,
  `failures` integer DEFAULT 0 NOT NULL,
  `checkpoint_sha256` text,
  `progress` text,
  `warnings` text DEFAULT '[]' NOT NULL,
  `error` text,
  `metrics` text DEFAULT '{}' NOT NULL,
  `version_id` text,
  `created_at` integer NOT NULL,
  `started_at` integer,
  `finished_at` integer
, `asked` text, `request_sha256` text, `webhook` text, `replayed_as` text, `not_before` integer DEFAULT 0 NOT NULL, `express` integer DEFAULT 0 NOT NULL, `waits_for` text, `ready_at` integer, `cost` integer DEFAULT 0 NOT NULL);
CREATE INDEX `jobs_age` ON `jobs` (coalesce("ready_at", "created_at")) WHERE status = 'queued' and waits_for is null;
CREATE INDEX `jobs_dependents` ON `jobs` (`waits_for`) WHERE waits_for is not null;
CREATE INDEX `jobs_failed` ON `jobs` (`finished_at`,`id`) WHERE status = 'failed';
CREATE INDEX `jobs_finished` ON `jobs` (`base_id`,`kind`,`finished_at`) WHERE status = 'succeeded';
CREATE UNIQUE INDEX `jobs_lease_id_unique` ON `jobs` (`lease_id`);
CREATE INDEX `jobs_leased` ON `jobs` (`lease_expires_at`) WHERE status = 'running';
CREATE INDEX `jobs_owner` ON `jobs` (`owner_id`,`kind`,`created_at`,`id`);
CREATE INDEX `jobs_paused` ON `jobs` (`not_before`) WHERE status = 'queued' and not_before > 0;
CREATE INDEX `jobs_queue` ON `jobs` ("priority" desc,`turn`,`id`) WHERE status = 'queued' and waits_for is null;
CREATE INDEX `jobs_queued_owner` ON `jobs` (`owner_id`,"priority" desc,"express" desc,`turn`,`id`) WHERE status in ('queued', 'running');
CREATE INDEX `jobs_request` ON `jobs` (`owner_id`,`request_sha256`,`created_at`) WHERE request_sha256 is not null;
CREATE INDEX `jobs_waiting` ON `jobs` (`base_id`,`not_before`,`shape`,"priority" desc,`turn`,`id`) WHERE status = 'queued' and waits_for is null;

CREATE TABLE `runners` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `name` text NOT NULL,
  `version` text NOT NULL,
  `device` text NOT NULL,
  `dtype` text NOT NULL,
  `memory_bytes` integer NOT NULL,
  `bases` text NOT NULL,
  `registered_at` integer NOT NULL,
  `last_seen_at` integer NOT NULL,
  `deregistered_at` integer
, `drain_requested_at` integer);
CREATE INDEX `runners_owner` ON `runners` (`owner_id`);
CREATE INDEX `runners_seen` ON `runners` (`last_seen_at`,`id`) WHERE deregistered_at is null;

CREATE TABLE `runs` (
  `id` text PRIMARY KEY NOT NULL,
  `job_id` text NOT NULL,
  `lease_id` text NOT NULL,
  `runner_id` text NOT NULL,
  `attempt` integer NOT NULL,
  `outcome` text,
  `settled_status` text,
  `error` text,
  `started_at` integer NOT NULL,
  `finished_at` integer
);
CREATE INDEX `runs_job` ON `runs` (`job_id`,`attempt`);
CREATE UNIQUE INDEX `runs_lease_id_unique` ON `runs` (`lease_id`);

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER jobs_of_deleted_account BEFORE INSERT ON jobs
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER runners_of_deleted_account BEFORE INSERT ON runners
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Whoever ordered a training is notified of its end, whatever ended it: a settle, an expired lease or a deadline.
CREATE TRIGGER jobs_update_training_ended AFTER UPDATE OF status ON jobs
WHEN new.kind = 'train' AND new.status IN ('succeeded', 'failed') AND new.status <> old.status BEGIN
  INSERT INTO notifications (id, user_id, kind, actor_id, target_id, data, created_at)
  SELECT 'ntf_' || lower(hex(randomblob(12))), id, 'training_ended', NULL, new.adapter_id,
    json_object('training_id', new.id, 'status', new.status),
    coalesce(new.finished_at, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  FROM users WHERE id = new.owner_id AND deleted_at IS NULL;
END;

-- Whatever ends a training without a version fails in the same transaction what waits for it.
CREATE TRIGGER jobs_update_dependents AFTER UPDATE OF status ON jobs
WHEN new.kind = 'train' AND new.status IN ('failed', 'canceled') AND new.status <> old.status BEGIN
  UPDATE jobs SET status = 'failed', finished_at = coalesce(new.finished_at, CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    error = json_object('code', 'dependency_failed', 'message',
      'The training that it waited for, ' || new.id || ', ' || iif(new.status = 'failed', 'failed.', 'was canceled.'))
  WHERE waits_for = new.id AND status = 'queued';
END;

-- /metrics serves waiting times from counters: history would cost a scan at every scrape.
CREATE TRIGGER runs_insert_counts AFTER INSERT ON runs WHEN new.attempt = 1 BEGIN
  INSERT INTO dispatch_counts (metric, base_id, kind, outcome, bucket, count, sum_ms)
  SELECT 'wait', base_id, kind, '', min(13, max(0, ceil(log2(max(1, new.started_at - since) / 1000.0)))), 1, max(0, new.started_at - since)
  FROM (SELECT base_id, kind, coalesce(ready_at, created_at) AS since FROM jobs WHERE id = new.job_id) WHERE true
  ON CONFLICT DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms;
END;

-- /metrics serves run times from counters, by how the run ended.
CREATE TRIGGER runs_update_counts AFTER UPDATE OF outcome ON runs WHEN old.outcome IS NULL AND new.outcome IS NOT NULL BEGIN
  INSERT INTO dispatch_counts (metric, base_id, kind, outcome, bucket, count, sum_ms)
  SELECT 'run', base_id, kind, new.outcome,
    min(13, max(0, ceil(log2(max(1, coalesce(new.finished_at, new.started_at) - new.started_at) / 1000.0)))), 1,
    max(0, coalesce(new.finished_at, new.started_at) - new.started_at)
  FROM jobs WHERE id = new.job_id
  ON CONFLICT DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms;
END;
