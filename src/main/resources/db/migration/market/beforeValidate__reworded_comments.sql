-- The comments of these migrations were reworded after version 1.0.0; their statements are unchanged. A database that ran the
-- earlier files gets the new checksums in its history. Any other difference still fails.
DO $$
BEGIN
  IF to_regclass('market.migrations') IS NOT NULL THEN
    UPDATE market.migrations SET checksum = -1512165410 WHERE version = '1' AND checksum = -1473642115;
  END IF;
END
$$;
