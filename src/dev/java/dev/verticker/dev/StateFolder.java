package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * The git-ignored folder with the data of development mode. One run at a time may use it; the JVM's end releases the
 * lock.
 */
final class StateFolder implements AutoCloseable {
  private static final String NAME = ".verticker";

  private final Path folder;
  private final FileChannel lock;

  private StateFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** @throws DevServerException if another run holds the lock */
  static StateFolder lock(Path home) {
    var folder = home.resolve(NAME);
    try {
      Files.createDirectories(folder);
      var channel = FileChannel.open(
          folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new DevServerException(
            "Verticker already runs in this folder (" + folder + "): stop that run first.");
      }
      return new StateFolder(folder, channel);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the folder " + folder, e);
    }
  }

  Path postgres() {
    return folder.resolve("postgres");
  }

  Path redis() {
    return folder.resolve("redis");
  }

  /** Stops servers that an earlier run left running in this folder. */
  void stopLeftovers(Consumer<String> log) {
    DevPostgres.stopLeftover(postgres(), log);
    DevRedis.stopLeftover(redis(), log);
  }

  /** Deletes all data but not the unpacked programs. */
  void clear(Consumer<String> log) {
    stopLeftovers(log);
    DirectoryTrees.delete(postgres());
    DirectoryTrees.delete(redis());
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
