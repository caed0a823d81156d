package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** The git-ignored folder that keeps a developer's data between runs. One run at a time: a lock that dies with the JVM. */
final class StateFolder implements AutoCloseable {
  private static final String NAME = ".verticker";

  private final Path folder;
  private final FileChannel lock;

  private StateFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** @throws DevServerException when another run has it */
  static StateFolder take(Path home) {
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

  /** Stops servers that still work on this folder, if any. */
  void stopLeftovers(Consumer<String> say) {
    DevPostgres.stopLeftover(postgres(), say);
    DevRedis.stopLeftover(redis(), say);
  }

  /** Forgets all data; the unpacked programs stay. */
  void clear(Consumer<String> say) {
    stopLeftovers(say);
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
