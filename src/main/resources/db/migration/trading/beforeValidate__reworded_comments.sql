-- The comments of these migrations were reworded after version 1.0.0; their statements are unchanged. A database that ran the
-- earlier files gets the new checksums in its history. Any other difference still fails.
DO $$
BEGIN
  IF to_regclass('trading.migrations') IS NOT NULL THEN
    UPDATE trading.migrations SET checksum = 768835546 WHERE version = '1' AND checksum = -206888007;
  END IF;
END
$$;
