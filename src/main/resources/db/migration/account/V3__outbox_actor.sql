-- Erasing a user also finds its id in waiting events of other users.
CREATE INDEX outbox_actor ON account.outbox ((payload #>> '{by,id}'));
