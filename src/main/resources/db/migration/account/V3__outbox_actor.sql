-- Whoever is erased is found in what others wait to hear, too.
CREATE INDEX outbox_actor ON account.outbox ((payload #>> '{by,id}'));
