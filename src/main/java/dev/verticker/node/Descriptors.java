package dev.verticker.node;

import dev.verticker.settings.Yaml;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** The descriptors a node knows: those in the jar, those beside it, which win. */
final class Descriptors {
  private static final String FOLDER = "verticles";
  private static final String SUFFIX = ".yaml";

  private final Map<String, Descriptor> known = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();

  private Descriptors() {}

  /** @throws CannotStart with every fault of every descriptor */
  static Descriptors load(Path home) {
    var descriptors = new Descriptors();
    try {
      descriptors.readPackaged();
      descriptors.readFolder(home.resolve(FOLDER));
    } catch (IOException e) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "the folder " + FOLDER + " cannot be read: " + e.getMessage(),
          e);
    }
    if (!descriptors.faults.isEmpty()) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "these descriptors cannot be used:\n  " + String.join("\n  ", descriptors.faults));
    }
    return descriptors;
  }

  /** The named ones, all when none is named; @throws CannotStart when a name is not known. */
  List<Descriptor> select(List<String> names) {
    var unknown = names.stream().filter(name -> !known.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw new StartupException(
          StartupException.USAGE,
          "there is no verticle \"" + String.join("\", \"", unknown) + "\"; known are "
              + String.join(", ", known.keySet()));
    }
    return names.isEmpty()
        ? List.copyOf(known.values())
        : names.stream().distinct().map(known::get).toList();
  }

  private void readPackaged() {
    PackagedFolder.files(FOLDER, SUFFIX).forEach(file -> read(file, () -> Yaml.packaged(file)));
  }

  private void readFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .sorted()
          .forEach(file -> read(file.toString(), () -> {
            try (var in = Files.newInputStream(file)) {
              return Yaml.read(in);
            }
          }));
    }
  }

  private void read(String file, Callable<Map<String, Object>> yaml) {
    var separator = Math.max(file.lastIndexOf('/'), file.lastIndexOf(File.separatorChar));
    var name = file.substring(separator + 1, file.length() - SUFFIX.length());
    try {
      known.put(name, Descriptor.read(name, yaml.call(), faults));
    } catch (Exception e) {
      faults.add("verticles/" + name + SUFFIX + ": must be a YAML map");
    }
  }
}
