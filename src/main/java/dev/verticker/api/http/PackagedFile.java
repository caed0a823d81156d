package dev.verticker.api.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A file of the class path, read into memory. Vert.x would copy it to a folder first. */
public final class PackagedFile {
  private PackagedFile() {}

  /** Blocks. @throws IllegalStateException when there is none of this name */
  public static Buffer read(String name) {
    try (var in = PackagedFile.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not packaged");
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static boolean exists(String name) {
    return PackagedFile.class.getClassLoader().getResource(name) != null;
  }
}
