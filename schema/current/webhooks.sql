-- webhooks: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `deliveries` (
  `seq` integer PRIMARY KEY NOT NULL,
  `id` text NOT NULL,
  `owner_id` text NOT NULL,
  `webhook_id` text,
  `job_id` text,
  `type` text NOT NULL,
  `status` text,
  `url` text NOT NULL,
  `shape` text NOT NULL,
  `origin` text NOT NULL,
  `state` text NOT NULL,
  `body` text,
  `attempts` text DEFAULT '[]' NOT NULL,
  `tries` integer DEFAULT 0 NOT NULL,
  `next_attempt_at` integer,
  `created_at` integer NOT NULL,
  `finished_at` integer
);
CREATE INDEX `deliveries_age` ON `deliveries` (`created_at`);
CREATE INDEX `deliveries_due` ON `deliveries` (`next_attempt_at`) WHERE state = 'pending';
CREATE UNIQUE INDEX `deliveries_id_unique` ON `deliveries` (`id`);
CREATE INDEX `deliveries_job` ON `deliveries` (`job_id`,`seq`);
CREATE INDEX `deliveries_owner` ON `deliveries` (`owner_id`,`seq`);
CREATE INDEX `deliveries_webhook` ON `deliveries` (`webhook_id`,`seq`);

CREATE TABLE `webhook_secrets` (
  `owner_id` text PRIMARY KEY NOT NULL,
  `secret` text NOT NULL,
  `old_secret` text,
  `old_secret_until` integer
);

CREATE TABLE `webhooks` (
  `id` text PRIMARY KEY NOT NULL,
  `owner_id` text NOT NULL,
  `url` text NOT NULL,
  `description` text NOT NULL,
  `events` text NOT NULL,
  `origin` text NOT NULL,
  `secret` text NOT NULL,
  `old_secret` text,
  `old_secret_until` integer,
  `disabled_reason` text,
  `failures` integer DEFAULT 0 NOT NULL,
  `failing_since` integer,
  `created_at` integer NOT NULL,
  `updated_at` integer NOT NULL
);
CREATE INDEX `webhooks_owner` ON `webhooks` (`owner_id`,`created_at`,`id`);

CREATE VIEW job_news AS SELECT id, owner_id, kind, status, webhook FROM jobs;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER deliveries_of_deleted_account BEFORE INSERT ON deliveries
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(IGNORE);
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER webhook_secrets_of_deleted_account BEFORE INSERT ON webhook_secrets
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Nothing is written in the name of a deleted account, whatever request raced with its deletion.
CREATE TRIGGER webhooks_of_deleted_account BEFORE INSERT ON webhooks
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;

-- Writes one delivery for each address that asked for the event, numbered so that receivers get them in order.
CREATE TRIGGER job_news_insert INSTEAD OF INSERT ON job_news BEGIN
  INSERT INTO deliveries (seq, id, owner_id, webhook_id, job_id, type, status, url, shape, origin, state, next_attempt_at, created_at)
  SELECT n, 'dlv_' || printf('%010x', n) || lower(hex(randomblob(8))), new.owner_id, webhook_id, new.id, event, new.status, url,
    shape, origin, 'pending', ms, ms
  FROM (
    SELECT *, row_number() OVER (ORDER BY webhook_id) + (SELECT coalesce(max(seq), 0) FROM deliveries) AS n,
      CAST(unixepoch('subsec') * 1000 AS INTEGER) AS ms
    FROM (
      SELECT iif(new.kind = 'train', 'training.', 'generation.') || new.status AS event
    ) CROSS JOIN (
      SELECT id AS webhook_id, url, events, 'native' AS shape, origin FROM webhooks
      WHERE owner_id = new.owner_id AND disabled_reason IS NULL
      UNION ALL
      SELECT NULL, new.webhook ->> 'url', new.webhook ->> 'events', new.webhook ->> 'shape', new.webhook ->> 'origin'
      WHERE new.webhook IS NOT NULL
    )
    WHERE EXISTS (SELECT 1 FROM json_each(events) WHERE event GLOB value)
  );
END;

-- An order and its webhook messages are one transaction: no crash loses a message (transactional outbox).
CREATE TRIGGER jobs_insert_news AFTER INSERT ON jobs BEGIN
  INSERT INTO job_news VALUES (new.id, new.owner_id, new.kind, new.status, new.webhook);
END;

-- The same for every change of a job's status, by whatever statement it comes.
CREATE TRIGGER jobs_update_news AFTER UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
  INSERT INTO job_news VALUES (new.id, new.owner_id, new.kind, new.status, new.webhook);
END;
