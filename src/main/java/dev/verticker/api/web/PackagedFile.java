package dev.verticker.api.web;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A file of the class path, read into memory. Vert.x would copy it to a folder first. */
public final class PackagedFile {
  private PackagedFile() {}

  /** Blocks. @throws IllegalStateException when there is none of this name */
  public static Buffer read(String name) {
    require(name);
    try (var in = loader().getResourceAsStream(name)) {
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** @throws IllegalStateException when there is none of this name */
  public static void require(String name) {
    if (loader().getResource(name) == null) {
      throw new IllegalStateException(name + " is not packaged");
    }
  }

  private static ClassLoader loader() {
    return PackagedFile.class.getClassLoader();
  }
}
