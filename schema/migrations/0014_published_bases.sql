-- Bases that an operator's runner has published; the bundled ones need no row.
CREATE TABLE `bases` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `description` text NOT NULL,
  `published_at` integer NOT NULL
);
