-- The comments of these migrations were reworded after version 1.0.0; their statements are unchanged. A database that ran the
-- earlier files gets the new checksums in its history. Any other difference still fails.
DO $$
BEGIN
  IF to_regclass('notification.migrations') IS NOT NULL THEN
    UPDATE notification.migrations SET checksum = 748491714 WHERE version = '1' AND checksum = -1661077216;
  END IF;
END
$$;
