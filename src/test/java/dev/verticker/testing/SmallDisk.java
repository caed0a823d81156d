package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/** A small file system in memory that a test can fill. */
public final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 4096;

  private final Path folder;
  private final Thread atExit = new Thread(this::unmount);

  private SmallDisk(Path folder) {
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Mounts the file system; skips the test without the permission.
   *
   * @param folder an empty folder
   */
  public static SmallDisk mount(Path folder, int megabytes) {
    Tool.require("mount", "mount");
    var output =
        Command.run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", "" + folder);
    Assumptions.assumeTrue(
        output.isEmpty(), "Needs root, which may mount a file system: " + output);
    return new SmallDisk(folder);
  }

  public Path folder() {
    return folder;
  }

  /** Fills the file system. */
  public void fill() {
    try (var file = FileChannel.open(
        filling(),
        StandardOpenOption.CREATE,
        StandardOpenOption.WRITE,
        StandardOpenOption.APPEND)) {
      while (file.write(ByteBuffer.allocate(BLOCK)) > 0) {
        // Write until the disk is full.
      }
    } catch (IOException full) {
      if (folder.toFile().getUsableSpace() >= BLOCK) {
        throw new UncheckedIOException(full);
      }
    }
  }

  /** Frees the space. */
  public void clear() {
    try {
      Files.deleteIfExists(filling());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private Path filling() {
    return folder.resolve("filling");
  }

  private void unmount() {
    Command.run("umount", "--lazy", folder.toString());
  }
}
