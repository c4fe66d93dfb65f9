-- A lease finds its jobs by one index, whatever waits behind them: base, paused or not, shape, then the order of the queue. An owner's
-- jobs stand in the same order, for runners that serve their owner alone, those that were ordered with high priority first.
ALTER TABLE `jobs` ADD `express` integer DEFAULT 0 NOT NULL;
DROP INDEX `jobs_waiting`;
CREATE INDEX `jobs_waiting` ON `jobs` (`base_id`,`not_before`,`shape`,"priority" desc,`turn`,`id`) WHERE status = 'queued';
DROP INDEX `jobs_queued_owner`;
CREATE INDEX `jobs_queued_owner` ON `jobs` (`owner_id`,"priority" desc,"express" desc,`turn`,`id`) WHERE status in ('queued', 'running');
