package dev.verticker.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A working directory with verticle descriptors, and its environment. */
final class Home {
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>(Map.of(
      "MANAGEMENT_PORT", "0",
      "PRICE_API_HOST", "127.0.0.1",
      "PRICE_API_PORT", "0",
      "INTERNAL_API_KEY", "0123456789abcdef0123456789abcdef",
      "POSTGRES_WAIT_SECONDS", "0",
      "DRAIN_SECONDS", "0"));

  Home(Path folder) {
    this.folder = folder;
  }

  Home descriptor(String name, String yaml) {
    return file("verticles/" + name + ".yaml", yaml);
  }

  Home verticle(String name, Class<?> main, String more) {
    return descriptor(name, "main: " + main.getName() + "\nsettings: [price-api]\n" + more);
  }

  Home file(String path, String text) {
    try {
      Files.createDirectories(folder.resolve(path).getParent());
      Files.writeString(folder.resolve(path), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Home with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Path folder() {
    return folder;
  }

  Map<String, String> environment() {
    return environment;
  }
}
