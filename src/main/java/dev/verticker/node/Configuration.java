package dev.verticker.node;

import dev.verticker.settings.NodeSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsGroups;
import dev.verticker.settings.SettingsReader;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything a node is told, checked before anything is started.
 *
 * @param values the effective settings, as verticles get them
 * @param seen name to value of every setting these descriptors read, secrets redacted
 */
record Configuration(
    List<Descriptor> descriptors,
    JsonObject values,
    NodeSettings node,
    List<PostgresSettings> databases,
    Map<String, String> seen) {

  /** @throws CannotStart with every fault of the node and of the selected descriptors, one line each */
  static Configuration read(NodeArguments arguments, Map<String, String> environment, Path home) {
    var descriptors = Descriptors.load(home).select(arguments.verticles());
    var faults = new ArrayList<String>();
    var values = SettingsFiles.load(environment, home, faults);
    var reader = new SettingsReader(values);
    var node = NodeSettings.read(reader);
    for (var descriptor : descriptors) {
      readGroups(descriptor, reader, faults);
    }
    var databases = descriptors.stream()
        .flatMap(descriptor -> descriptor.schemas().stream())
        .distinct()
        .filter(PostgresSettings.SCHEMAS::contains)
        .map(schema -> PostgresSettings.read(schema, reader))
        .toList();
    faults.addAll(reader.faults());
    if (!faults.isEmpty()) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "these settings cannot be used:\n  "
              + String.join("\n  ", faults.stream().distinct().toList()));
    }
    return new Configuration(descriptors, values, node, databases, new TreeMap<>(reader.seen()));
  }

  /** The settings one descriptor reads. */
  Map<String, String> seenBy(Descriptor descriptor) {
    var reader = new SettingsReader(values);
    SettingsGroups.readAll(descriptor.settings(), reader);
    return new TreeMap<>(reader.seen());
  }

  private static void readGroups(
      Descriptor descriptor, SettingsReader reader, List<String> faults) {
    try {
      SettingsGroups.readAll(descriptor.settings(), reader);
    } catch (IllegalArgumentException e) {
      faults.add("verticles/" + descriptor.name() + ".yaml: " + e.getMessage());
    }
    for (var schema : descriptor.schemas()) {
      if (!PostgresSettings.SCHEMAS.contains(schema)) {
        faults.add("verticles/" + descriptor.name() + ".yaml: schemas must be of "
            + PostgresSettings.SCHEMAS + ", was \"" + schema + "\"");
      }
    }
  }
}
