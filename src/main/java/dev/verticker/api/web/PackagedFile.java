package dev.verticker.api.web;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads files of the class path into memory. Vert.x's file system would copy each of them to a folder first. */
public final class PackagedFile {
  private PackagedFile() {}

  /**
   * Reads a file from the jar. Blocks.
   *
   * @throws IllegalStateException if the file does not exist
   */
  public static Buffer read(String name) {
    require(name);
    try (var in = PackagedFile.class.getResourceAsStream("/" + name)) {
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** @throws IllegalStateException if the file does not exist */
  public static void require(String name) {
    if (PackagedFile.class.getResource("/" + name) == null) {
      throw new IllegalStateException("Missing file on the class path: " + name);
    }
  }
}
