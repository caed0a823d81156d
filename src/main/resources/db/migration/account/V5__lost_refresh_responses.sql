-- The refresh token of parent_generation was exchanged for that of child_generation, and no generation in between was ever
-- used. Valid only while child_generation is the newest: nodes of an earlier version do not write these columns.
ALTER TABLE account.sessions
  ADD COLUMN parent_generation integer,
  ADD COLUMN child_generation  integer;
