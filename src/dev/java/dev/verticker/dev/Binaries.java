package dev.verticker.dev;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/**
 * Extracts the programs of PostgreSQL and Redis from their jars, once per folder. The libraries' own launchers are not
 * used: one leaves a copy in the temporary folder at each start, the other cannot be restarted on the same data.
 */
final class Binaries {
  private static final String POSTGRES = "postgres-17.11";
  private static final String REDIS = "redis-6.2";

  private final Path folder;

  /** @param folder where the programs are kept */
  Binaries(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  /** The folder named by the system property {@code verticker.binaries}, else {@code .verticker/bin}. */
  static Binaries ofThisRun() {
    return new Binaries(Path.of(System.getProperty("verticker.binaries", ".verticker/bin")));
  }

  Path folder() {
    return folder;
  }

  /** The folder that holds {@code bin/postgres} and {@code bin/initdb}. */
  Path postgres() {
    return once(POSTGRES, target -> {
      try (var archive = new TarArchiveInputStream(
          new XZInputStream(new BufferedInputStream(postgresArchive())))) {
        for (var entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
          extract(archive, entry, target);
        }
      }
    });
  }

  /** The program {@code redis-server}. */
  Path redis() {
    return once(REDIS, target -> {
          var machine = OsArchitecture.detectOSandArchitecture();
          var resource = ExecutableProvider.newProvidedVersionsMap().get(machine);
          try (var in = ExecutableProvider.class.getResourceAsStream(resource)) {
            var program = target.resolve("redis-server");
            Files.copy(in, program);
            executable(program);
          }
        })
        .resolve("redis-server");
  }

  private interface Extraction {
    void into(Path target) throws IOException;
  }

  /** Concurrent callers, also in other JVMs, wait; a partly extracted folder never gets the final name. */
  private Path once(String name, Extraction extraction) {
    var target = folder.resolve(name);
    synchronized (Binaries.class) {
      try {
        Files.createDirectories(folder);
        try (var channel = FileChannel.open(
                folder.resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
            var lock = channel.lock()) {
          if (lock.isValid() && !Files.isDirectory(target)) {
            var partial = folder.resolve(name + ".partial");
            DirectoryTrees.delete(partial);
            Files.createDirectories(partial);
            extraction.into(partial);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
          }
        }
        return target;
      } catch (IOException e) {
        throw new DevServerException("cannot unpack " + name + " into " + folder + ": " + e, e);
      }
    }
  }

  private static InputStream postgresArchive() throws IOException {
    var system = isMac() ? "Darwin" : "Linux";
    var machine = System.getProperty("os.arch").replace("amd64", "x86_64");
    return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine);
  }

  private static boolean isMac() {
    return System.getProperty("os.name").startsWith("Mac");
  }

  private static void extract(TarArchiveInputStream archive, TarArchiveEntry entry, Path target)
      throws IOException {
    var path = target.resolve(entry.getName()).normalize();
    if (!path.startsWith(target)) {
      throw new IOException("an archive entry is outside the folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(archive, path);
      if ((entry.getMode() & 0100) != 0 || path.getParent().endsWith("bin")) {
        executable(path);
      }
    }
  }

  private static void executable(Path program) throws IOException {
    if (Files.isRegularFile(program, LinkOption.NOFOLLOW_LINKS)
        && !program.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + program + " executable");
    }
  }
}
