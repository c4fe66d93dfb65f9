-- Nothing is written in the name of a deleted account. A request reads its caller first and writes afterwards; where the account is deleted in
-- between, the row would come after those that the deletion took, and stay. The statement is refused with `account_deleted`, which the API answers
-- as it answers a caller who is gone. Where a statement writes rows of several accounts, the rows of the deleted one are left out (IGNORE).
CREATE TRIGGER api_keys_of_deleted_account BEFORE INSERT ON api_keys
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER credentials_of_deleted_account BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER idempotency_of_deleted_account BEFORE INSERT ON idempotency
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER passkeys_of_deleted_account BEFORE INSERT ON passkeys
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER sessions_of_deleted_account BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER bases_of_deleted_account BEFORE INSERT ON bases
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER adapters_of_deleted_account BEFORE INSERT ON adapters
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER compositions_of_deleted_account BEFORE INSERT ON compositions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER mixes_of_deleted_account BEFORE INSERT ON mixes
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER slots_of_deleted_account BEFORE INSERT ON slots
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER jobs_of_deleted_account BEFORE INSERT ON jobs
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER runners_of_deleted_account BEFORE INSERT ON runners
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER appeals_of_deleted_account BEFORE INSERT ON appeals
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.appellant_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER blocked_terms_of_deleted_account BEFORE INSERT ON blocked_terms
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.created_by_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER moderation_actions_of_deleted_account BEFORE INSERT ON moderation_actions
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.moderator_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER reports_of_deleted_account BEFORE INSERT ON reports
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.reporter_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER collections_of_deleted_account BEFORE INSERT ON collections
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER comments_of_deleted_account BEFORE INSERT ON comments
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.author_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER likes_of_deleted_account BEFORE INSERT ON likes
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER pictures_of_deleted_account BEFORE INSERT ON pictures
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER webhooks_of_deleted_account BEFORE INSERT ON webhooks
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER webhook_secrets_of_deleted_account BEFORE INSERT ON webhook_secrets
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
-- What a runner delivers of a job that was running is taken: the purge of the account waits for the job's end and deletes it.
CREATE TRIGGER images_of_deleted_account BEFORE INSERT ON images
WHEN new.job_id IS NULL AND EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER uploads_of_deleted_account BEFORE INSERT ON uploads
WHEN new.lease_id IS NULL AND EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
-- Neither side of a follow may be gone.
CREATE TRIGGER follows_of_deleted_account BEFORE INSERT ON follows
WHEN EXISTS (SELECT 1 FROM users WHERE id IN (new.follower_id, new.followed_id) AND deleted_at IS NOT NULL) BEGIN
  SELECT iif(
    EXISTS (SELECT 1 FROM users WHERE id = new.follower_id AND deleted_at IS NOT NULL),
    RAISE(ABORT, 'account_deleted'), RAISE(ABORT, 'person_deleted'));
END;
-- A version has its owner by its adapter, and a draft's adapter is deleted with its account.
CREATE TRIGGER versions_of_deleted_account BEFORE INSERT ON versions
WHEN EXISTS (SELECT 1 FROM adapters JOIN users ON users.id = owner_id WHERE adapters.id = new.adapter_id AND deleted_at IS NOT NULL)
  OR NOT EXISTS (SELECT 1 FROM adapters WHERE id = new.adapter_id) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER deliveries_of_deleted_account BEFORE INSERT ON deliveries
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(IGNORE);
END;
CREATE TRIGGER notifications_of_deleted_account BEFORE INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM users WHERE id = new.user_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(IGNORE);
END;
-- Links in e-mails, challenges and counters name their account in a value or in the identifier.
CREATE TRIGGER verifications_of_deleted_account BEFORE INSERT ON verifications
WHEN EXISTS (SELECT 1 FROM users WHERE deleted_at IS NOT NULL AND id IN (
  new.value, replace(replace(new.identifier, 'emails:training:', ''), 'emails:', ''),
  iif(json_valid(new.value), new.value ->> '$.user_id', NULL), iif(json_valid(new.value), new.value ->> '$.userData.id', NULL))) BEGIN
  SELECT RAISE(IGNORE);
END;
-- Nor are texts that the deletion has emptied written again. The deletion sets `deleted_at` last.
CREATE TRIGGER users_keep_deleted BEFORE UPDATE OF handle, name, email, email_verified, image, avatar_id, bio, role, shown_ratings ON users
WHEN old.deleted_at IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER adapters_keep_deleted BEFORE UPDATE OF title, description, concept, tags, credits ON adapters
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER mixes_keep_deleted BEFORE UPDATE OF title, description ON mixes
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER compositions_keep_deleted BEFORE UPDATE OF title, prompt, changelog ON compositions
WHEN EXISTS (SELECT 1 FROM users WHERE id = old.owner_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
CREATE TRIGGER versions_keep_deleted BEFORE UPDATE OF changelog ON versions
WHEN EXISTS (SELECT 1 FROM adapters JOIN users ON users.id = owner_id WHERE adapters.id = old.adapter_id AND deleted_at IS NOT NULL) BEGIN
  SELECT RAISE(ABORT, 'account_deleted');
END;
