-- A removed picture is known by its bytes where it is generated again: the same recipe gives the same ones, and a purge deletes the images.
ALTER TABLE `pictures` ADD `sha256` text;
UPDATE pictures SET sha256 = (SELECT sha256 FROM images WHERE id = pictures.image_id);
CREATE INDEX `pictures_removed` ON `pictures` (`sha256`) WHERE state = 'removed';
