package dev.verticker.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/** The migrations of one schema, as Flyway writes them into its history. */
final class PackagedMigrations {
  private static final Pattern FILE = Pattern.compile(".*/V([0-9]+)__.*\\.sql");

  private final String schema;

  /** Version and checksum of each. */
  private final Set<String> migrations;

  /** @param folder on the class path */
  PackagedMigrations(String folder, String schema) {
    this.schema = schema;
    this.migrations = PackagedFolder.files(folder, ".sql").stream()
        .map(PackagedMigrations::migration)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether all of them are in the schema, as they are here. False when that cannot be told. */
  boolean areIn(MigrationHistory history) {
    try {
      return !migrations.isEmpty() && history.of(schema).containsAll(migrations);
    } catch (SQLException e) {
      // No schema yet, or one that may not be read: Flyway makes it or says so.
      return false;
    }
  }

  private static String migration(String file) {
    var name = FILE.matcher(file);
    if (!name.matches()) {
      throw new IllegalStateException(file + " must be named V<number>__<what>.sql");
    }
    return name.group(1) + " " + checksum(file);
  }

  /** As Flyway counts: CRC-32 of the lines without their ends. */
  private static int checksum(String file) {
    var checksum = new CRC32();
    try (var lines = new BufferedReader(new InputStreamReader(
        PackagedMigrations.class.getClassLoader().getResourceAsStream(file),
        StandardCharsets.UTF_8))) {
      lines.lines().forEach(line -> checksum.update(line.getBytes(StandardCharsets.UTF_8)));
      return (int) checksum.getValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
