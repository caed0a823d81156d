package dev.verticker.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Lists a folder of the class path, be it in the jar or on disk. */
final class PackagedFolder {
  /** Made with the jar, a file a line: to find a dozen files it would take reading through 21,000 entries. */
  private static final String LIST = "META-INF/packaged-files";

  private PackagedFolder() {}

  /**
   * The files of this folder, not of those in it, as resources: {@code verticles/user.yaml}; in order, none when there is no
   * such folder.
   */
  static List<String> files(String folder, String suffix) {
    var loader = PackagedFolder.class.getClassLoader();
    var place = loader.getResource(folder);
    if (place == null) {
      return List.of();
    }
    var files = place.getProtocol().equals("jar")
        ? listed(loader.getResourceAsStream(LIST))
        : onDisk(place, folder);
    return files.stream()
        .filter(file -> file.startsWith(folder) && file.endsWith(suffix))
        .filter(file -> file.lastIndexOf('/') == folder.length())
        .sorted()
        .toList();
  }

  private static List<String> listed(InputStream list) {
    try (list) {
      return new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
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
