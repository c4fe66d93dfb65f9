-- What bytes are belongs to their use and is told by the bytes, from a closed list: not by whoever stored them first. And of a picture
-- less may be kept than was sent, so an upload is known again by the hash that it was announced with.
ALTER TABLE `blobs` DROP COLUMN `content_type`;
ALTER TABLE `uploads` ADD `announced_sha256` text;
UPDATE `uploads` SET `announced_sha256` = `sha256`;
UPDATE `uploads` SET `content_type` = 'application/octet-stream'
WHERE `content_type` NOT IN ('image/png', 'image/jpeg', 'image/webp', 'application/zip');
UPDATE `images` SET `content_type` = 'application/octet-stream'
WHERE `content_type` NOT IN ('image/png', 'image/jpeg', 'image/webp');
CREATE INDEX `uploads_announced` ON `uploads` (`owner_id`,`announced_sha256`);
