CREATE TABEL thing ();
