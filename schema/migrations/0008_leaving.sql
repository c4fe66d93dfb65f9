-- A runner may be asked to take no more jobs and leave; a key may be replaced by another while it still works for a while.
ALTER TABLE `runners` ADD `drain_requested_at` integer;
ALTER TABLE `api_keys` ADD `replaced_by` text;
