package dev.verticker.dev;

import dev.verticker.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Servers shared by the tests of one JVM, started on first use and stopped with the JVM. A test that stops, kills or
 * freezes a server must start or thaw it again.
 */
public final class TestServers {
  private static final Path ALL = Path.of("target", "test-servers");
  private static final Consumer<String> SILENT = sentence -> {};

  private TestServers() {}

  public static DevPostgres postgres() {
    return SharedPostgres.SERVER;
  }

  public static DevRedis redis() {
    return SharedRedis.SERVER;
  }

  /**
   * Returns mutable settings of a node in development mode on a new migrated database and the shared Redis.
   */
  public static Map<String, String> settings() {
    return TestDatabase.create().settings();
  }

  /** Like {@link #settings()} on an existing database. */
  public static Map<String, String> settings(PostgresDatabase database) {
    var settings = new HashMap<>(Map.of("VERTICKER_ENV", "development"));
    // Tests act as one administrator and share one Redis.
    settings.put("OWN_CHANGES_PER_MINUTE", "100000");
    settings.put("SOCKET_TICKETS_PER_MINUTE", "100000");
    settings.put("TOKEN_REFRESHES_PER_MINUTE", "100000");
    settings.put("READ_MARKS_PER_MINUTE", "100000");
    settings.put("ADMIN_CHANGES_PER_MINUTE", "100000");
    settings.putAll(database.settings());
    settings.putAll(redis().settings());
    return settings;
  }

  /**
   * One folder per JVM, so that two builds never share one; its lock shows the next build whether its JVM still runs.
   */
  private static final class Home {
    static final Path FOLDER = ALL.resolve(Long.toString(ProcessHandle.current().pid()));

    /** Referenced until the JVM ends: an unreferenced channel is closed, which releases its lock. */
    private static final FileChannel IN_USE;

    static {
      try {
        Files.createDirectories(ALL);
        try (var all = FileChannel.open(
            ALL.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          // Another JVM that cleans up would delete this folder before it is locked.
          all.lock();
          try (var folders = Files.newDirectoryStream(ALL, Files::isDirectory)) {
            for (var folder : folders) {
              deleteUnlessInUse(folder);
            }
          }
          Files.createDirectories(FOLDER);
          IN_USE = FileChannel.open(
              FOLDER.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          IN_USE.lock();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void deleteUnlessInUse(Path folder) throws IOException {
      try (var channel = FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var lock = channel.tryLock()) {
        if (lock == null) {
          return;
        }
      } catch (OverlappingFileLockException e) {
        return;
      }
      DevPostgres.stopLeftover(folder.resolve("postgres"), SILENT);
      DevRedis.stopLeftover(folder.resolve("redis"), SILENT);
      DirectoryTrees.delete(folder);
    }
  }

  private static final class SharedPostgres {
    static final DevPostgres SERVER =
        DevPostgres.start(Home.FOLDER.resolve("postgres"), 0, false, SILENT);

    static {
      stopWithJvm(SERVER::close, Home.FOLDER.resolve("postgres"));
    }
  }

  private static final class SharedRedis {
    static final DevRedis SERVER =
        DevRedis.start(Home.FOLDER.resolve("redis"), 0, Optional.empty(), false, SILENT);

    static {
      stopWithJvm(SERVER::close, Home.FOLDER.resolve("redis"));
    }
  }

  private static void stopWithJvm(Runnable stop, Path folder) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      stop.run();
      DirectoryTrees.delete(folder);
    }));
  }
}
