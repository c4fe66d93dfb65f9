-- The end of a training is also sent by e-mail, unless its owner has turned that off. What is due is written with the notification; cron sends it.
ALTER TABLE `users` ADD `training_emails` integer DEFAULT true NOT NULL;
CREATE TABLE `emails_due` (
	`notification_id` text PRIMARY KEY NOT NULL,
	`due_at` integer NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL
);
CREATE INDEX `emails_due_first` ON `emails_due` (`due_at`);
CREATE TRIGGER notifications_insert_email AFTER INSERT ON notifications WHEN new.kind = 'training_ended' BEGIN
  INSERT INTO emails_due (notification_id, due_at) SELECT new.id, new.created_at FROM users
  WHERE id = new.user_id AND training_emails AND email_verified;
END;
