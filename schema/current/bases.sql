-- bases: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `bases` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `description` text NOT NULL,
  `published_at` integer NOT NULL
);
