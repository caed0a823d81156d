package dev.verticker.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;

/** Lists a folder of the class path, be it in a jar or on disk. */
final class PackagedFolder {
  /** A jar has thousands of classes: it is read through once. */
  private static final Map<String, List<String>> LISTINGS = new ConcurrentHashMap<>();

  private PackagedFolder() {}

  /**
   * The files of this folder, not of those in it, as resources: {@code verticles/user.yaml}; in order, none when there is no
   * such folder.
   */
  static List<String> files(String folder, String suffix) {
    var place = PackagedFolder.class.getClassLoader().getResource(folder);
    if (place == null) {
      return List.of();
    }
    var files = place.getProtocol().equals("jar") ? inJar(place) : onDisk(place, folder);
    return files.stream()
        .filter(file -> file.endsWith(suffix) && file.lastIndexOf('/') == folder.length())
        .filter(file -> file.startsWith(folder))
        .sorted()
        .toList();
  }

  private static List<String> inJar(URL place) {
    try {
      var connection = (JarURLConnection) place.openConnection();
      return LISTINGS.computeIfAbsent(
          connection.getJarFileURL().toString(), jar -> resources(connection));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> resources(JarURLConnection connection) {
    try {
      return connection.getJarFile().stream()
          .map(JarEntry::getName)
          .filter(name -> !name.endsWith(".class"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> onDisk(URL place, String folder) {
    try (var files = Files.list(Path.of(URI.create(place.toString())))) {
      return files.map(file -> folder + "/" + file.getFileName()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
