-- credits: the database as it stands after all migrations. Written by `npm run x -- schema`; not to be edited.

CREATE TABLE `allowances` (
  `owner_id` text PRIMARY KEY NOT NULL,
  `day` integer NOT NULL,
  `used` integer NOT NULL
);

CREATE TABLE `ledger` (
  `job_id` text NOT NULL,
  `kind` text NOT NULL,
  `owner_id` text NOT NULL,
  `credits` integer NOT NULL,
  `day` integer NOT NULL,
  `created_at` integer NOT NULL,
  PRIMARY KEY(`job_id`, `kind`)
);
CREATE INDEX `ledger_owner` ON `ledger` (`owner_id`,`job_id`);

-- No job is stored without its charge.
CREATE TRIGGER jobs_insert_charge AFTER INSERT ON jobs WHEN new.cost > 0 BEGIN
  INSERT INTO ledger (job_id, kind, owner_id, credits, day, created_at)
  VALUES (new.id, 'charge', new.owner_id, new.cost, CAST(new.created_at / 86400000 AS INTEGER), new.created_at);
END;

-- However a job ends (settle, sweep, cancel, moderator, dependency), what its owner gets back is written with that end, once.
CREATE TRIGGER jobs_update_refund AFTER UPDATE OF status ON jobs
WHEN new.cost > 0 AND old.status IN ('queued', 'running') AND new.status IN ('succeeded', 'failed', 'canceled') BEGIN
  INSERT INTO ledger (job_id, kind, owner_id, credits, day, created_at)
  SELECT new.id, 'refund', new.owner_id, refund.credits, charge.day, coalesce(new.finished_at, charge.created_at)
  FROM ledger AS charge, (
    SELECT CASE
      WHEN EXISTS (
        SELECT 1 FROM runs JOIN runners ON runners.id = runs.runner_id WHERE runs.lease_id = old.lease_id AND runners.owner_id = new.owner_id
      ) THEN new.cost
      WHEN new.status = 'succeeded' THEN 0
      WHEN new.status = 'failed' AND coalesce(new.error ->> '$.code', '') NOT IN ('prompt_invalid', 'input_invalid') THEN new.cost
      ELSE new.cost - coalesce((new.cost * min(new.progress ->> '$.step', new.progress ->> '$.total') + (new.progress ->> '$.total') - 1)
        / nullif(new.progress ->> '$.total', 0), 0)
    END AS credits
  ) AS refund
  WHERE charge.job_id = new.id AND charge.kind = 'charge' AND refund.credits > 0;
END;

-- The day's use is one row per owner, so that an order need not add up the ledger.
CREATE TRIGGER ledger_insert_charge AFTER INSERT ON ledger WHEN new.kind = 'charge' BEGIN
  INSERT INTO allowances (owner_id, day, used) VALUES (new.owner_id, new.day, new.credits)
  ON CONFLICT (owner_id) DO UPDATE SET used = iif(excluded.day > day, 0, used) + excluded.used, day = max(day, excluded.day);
END;

-- The same for refunds: they go back to the day of the charge.
CREATE TRIGGER ledger_insert_refund AFTER INSERT ON ledger WHEN new.kind = 'refund' BEGIN
  UPDATE allowances SET used = used - new.credits WHERE owner_id = new.owner_id AND day = new.day;
END;

-- The ledger is a record: its rows are never changed.
CREATE TRIGGER ledger_only_grows BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'The ledger only grows');
END;
