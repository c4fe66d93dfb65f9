-- What a runner found by drawing with a version: whether it changes nothing when it is not called, and how its own samples were read.
ALTER TABLE `versions` ADD `certificate` text;
ALTER TABLE `versions` ADD `self_check` text;
