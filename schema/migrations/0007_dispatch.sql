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

-- Credits. What a job costs is written with it; an order of its owner charges it and its end may refund it, each once by the key. Rows are
-- only ever added, and every one moves what the owner has used on the day of the charge. functions/dispatch/cost.ts says the same of refunds.
ALTER TABLE `jobs` ADD `cost` integer DEFAULT 0 NOT NULL;
CREATE TABLE `ledger` (
	`job_id` text NOT NULL,
	`kind` text NOT NULL,
	`owner_id` text NOT NULL,
	`credits` integer NOT NULL,
	`day` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`job_id`, `kind`)
);
CREATE INDEX `ledger_owner` ON `ledger` (`owner_id`,`job_id`);
CREATE TABLE `allowances` (
	`owner_id` text PRIMARY KEY NOT NULL,
	`day` integer NOT NULL,
	`used` integer NOT NULL
);
CREATE TRIGGER ledger_only_grows BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'The ledger only grows');
END;
CREATE TRIGGER jobs_insert_charge AFTER INSERT ON jobs WHEN new.cost > 0 BEGIN
  INSERT INTO ledger (job_id, kind, owner_id, credits, day, created_at)
  VALUES (new.id, 'charge', new.owner_id, new.cost, CAST(new.created_at / 86400000 AS INTEGER), new.created_at);
END;
CREATE TRIGGER jobs_update_refund AFTER UPDATE OF status ON jobs
WHEN new.cost > 0 AND old.status IN ('queued', 'running') AND new.status IN ('succeeded', 'failed', 'canceled') BEGIN
  INSERT INTO ledger (job_id, kind, owner_id, credits, day, created_at)
  SELECT new.id, 'refund', new.owner_id, refund.credits, charge.day, coalesce(new.finished_at, charge.created_at)
  FROM ledger AS charge, (
    SELECT CASE
      WHEN EXISTS (
        SELECT 1 FROM runs JOIN runners ON runners.id = runs.runner_id WHERE runs.lease_id = old.lease_id AND runners.owner_id = new.owner_id
      ) THEN new.cost
      WHEN new.status = 'succeeded' THEN 0
      WHEN new.status = 'failed' AND coalesce(new.error ->> '$.code', '') NOT IN ('prompt_invalid', 'input_invalid') THEN new.cost
      ELSE new.cost - coalesce((new.cost * min(new.progress ->> '$.step', new.progress ->> '$.total') + (new.progress ->> '$.total') - 1)
        / nullif(new.progress ->> '$.total', 0), 0)
    END AS credits
  ) AS refund
  WHERE charge.job_id = new.id AND charge.kind = 'charge' AND refund.credits > 0;
END;
CREATE TRIGGER ledger_insert_charge AFTER INSERT ON ledger WHEN new.kind = 'charge' BEGIN
  INSERT INTO allowances (owner_id, day, used) VALUES (new.owner_id, new.day, new.credits)
  ON CONFLICT (owner_id) DO UPDATE SET used = iif(excluded.day > day, 0, used) + excluded.used, day = max(day, excluded.day);
END;
CREATE TRIGGER ledger_insert_refund AFTER INSERT ON ledger WHEN new.kind = 'refund' BEGIN
  UPDATE allowances SET used = used - new.credits WHERE owner_id = new.owner_id AND day = new.day;
END;
