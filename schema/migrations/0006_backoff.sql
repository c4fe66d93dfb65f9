-- A job that stumbled pauses before it may be leased again, and one that waits too long fails.
ALTER TABLE `jobs` ADD `not_before` integer DEFAULT 0 NOT NULL;
CREATE INDEX `jobs_paused` ON `jobs` (`not_before`) WHERE status = 'queued' and not_before > 0;
CREATE INDEX `jobs_age` ON `jobs` (`created_at`) WHERE status = 'queued';
