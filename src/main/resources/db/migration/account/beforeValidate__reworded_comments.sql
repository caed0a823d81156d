-- The comments of these migrations were reworded after version 1.0.0; their statements are unchanged. A database that ran the
-- earlier files gets the new checksums in its history. Any other difference still fails.
DO $$
BEGIN
  IF to_regclass('account.migrations') IS NOT NULL THEN
    UPDATE account.migrations SET checksum = 943628002 WHERE version = '1' AND checksum = -1941576075;
    UPDATE account.migrations SET checksum = -1104544014 WHERE version = '2' AND checksum = 1095059179;
    UPDATE account.migrations SET checksum = -2095434791 WHERE version = '3' AND checksum = 796455495;
  END IF;
END
$$;
