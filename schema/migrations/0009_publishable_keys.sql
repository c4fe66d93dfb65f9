-- Keys for pages: the origins they belong to, and how many generations a day they may order, with the count of the day.
ALTER TABLE `api_keys` ADD `origins` text;
ALTER TABLE `api_keys` ADD `daily_generations` integer;
ALTER TABLE `api_keys` ADD `counted_day` integer DEFAULT 0 NOT NULL;
ALTER TABLE `api_keys` ADD `counted` integer DEFAULT 0 NOT NULL;
