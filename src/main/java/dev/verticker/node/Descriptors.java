package dev.verticker.node;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The descriptors of the deployable verticles. A file in {@code verticles/} next to the jar replaces the packaged one. */
final class Descriptors {
  private static final String FOLDER = "verticles";
  private static final String SUFFIX = ".yaml";

  private final Map<String, Descriptor> known = new TreeMap<>();
  private final List<String> errors = new ArrayList<>();

  private Descriptors() {}

  /** @throws StartupException with every error of every descriptor */
  static Descriptors load(Path home) {
    var descriptors = new Descriptors();
    try {
      descriptors.readPackaged();
      descriptors.readFolder(home.resolve(FOLDER));
    } catch (IOException | URISyntaxException e) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "Cannot read the folder " + FOLDER + ": " + e.getMessage(),
          e);
    }
    if (!descriptors.errors.isEmpty()) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "Invalid verticle descriptors:\n  " + String.join("\n  ", descriptors.errors));
    }
    return descriptors;
  }

  /**
   * The named descriptors; all when no name is given.
   *
   * @throws StartupException when a name is unknown
   */
  List<Descriptor> select(List<String> names) {
    var unknown = names.stream().filter(name -> !known.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw new StartupException(
          StartupException.USAGE,
          "Unknown verticle \"" + String.join("\", \"", unknown) + "\": name one of "
              + String.join(", ", known.keySet()));
    }
    return names.isEmpty()
        ? List.copyOf(known.values())
        : names.stream().distinct().map(known::get).toList();
  }

  private void readPackaged() throws IOException, URISyntaxException {
    var folder = Descriptors.class.getClassLoader().getResource(FOLDER);
    if (!(folder.openConnection() instanceof JarURLConnection connection)) {
      readFolder(Path.of(folder.toURI()));
      return;
    }
    // A jar file system would index all entries again.
    var jar = connection.getJarFile();
    jar.stream()
        .filter(entry -> entry.getName().startsWith(FOLDER + "/") && !entry.isDirectory())
        .forEach(entry ->
            read(entry.getName().substring(FOLDER.length() + 1), () -> jar.getInputStream(entry)));
  }

  private void readFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .sorted()
          .forEach(
              file -> read(folder.relativize(file).toString(), () -> Files.newInputStream(file)));
    }
  }

  private void read(String fileName, Content content) {
    var name = fileName.substring(0, fileName.length() - SUFFIX.length());
    try (var in = content.open()) {
      Map<String, Object> yaml = new YAMLMapper().readerForMapOf(Object.class).readValue(in);
      if (yaml == null) {
        throw new IOException("null instead of a map");
      }
      known.put(name, Descriptor.read(name, yaml, errors));
    } catch (IOException e) {
      errors.add(FOLDER + "/" + fileName + ": must be a YAML map");
    }
  }

  private interface Content {
    InputStream open() throws IOException;
  }
}
