-- bases: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `bases` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `description` text NOT NULL,
  `published_at` integer NOT NULL
);

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER bases_of_deleted_account BEFORE INSERT ON bases
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
