-- LoRAs of other programs: versions without a slot. SQLite cannot drop a NOT NULL, so the column is written anew.
ALTER TABLE `versions` RENAME COLUMN `slot` TO `slot_before`;
ALTER TABLE `versions` ADD `slot` integer;
UPDATE `versions` SET `slot` = `slot_before`;
ALTER TABLE `versions` DROP COLUMN `slot_before`;
ALTER TABLE `versions` ADD `foreign_facts` text;
