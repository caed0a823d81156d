package dev.verticker.node;

import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.NodeSettings;
import dev.verticker.settings.NotificationSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.PriceApiSettings;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.TradingSettings;
import dev.verticker.settings.UserApiSettings;
import dev.verticker.settings.UserSettings;
import dev.verticker.settings.VenueSettings;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The complete configuration of a node, checked before anything starts.
 *
 * @param descriptors the descriptors of the verticles to deploy
 * @param values the effective settings, which become the configuration of each verticle
 * @param databases the databases of the schemas that these verticles own
 * @param effectiveValues name to value of every setting that these verticles read, secrets redacted
 */
record Configuration(
    List<Descriptor> descriptors,
    JsonObject values,
    NodeSettings node,
    List<PostgresSettings> databases,
    Map<String, String> effectiveValues) {
  /** The settings groups by the names that descriptors use; {@code <schema>-database} is added for each schema. */
  private static final Map<String, Consumer<SettingsReader>> GROUPS = Map.of(
      "redis", RedisSettings::read,
      "auth", AuthSettings::read,
      "user", UserSettings::read,
      "user-api", UserApiSettings::read,
      "notification", NotificationSettings::read,
      "price", PriceSettings::read,
      "price-api", PriceApiSettings::read,
      "trading", TradingSettings::read,
      "trading-venues", VenueSettings::read);

  private static final String DATABASE = "-database";

  /** @throws StartupException with every error of the node's settings and of the selected descriptors, one line each */
  static Configuration read(NodeArguments arguments, Map<String, String> environment, Path home) {
    var descriptors = Descriptors.load(home).select(arguments.verticles());
    var errors = new ArrayList<String>();
    var values = SettingsFiles.load(environment, home, errors);
    var reader = new SettingsReader(values);
    var node = NodeSettings.read(reader);
    for (var descriptor : descriptors) {
      readGroups(descriptor, reader, errors);
    }
    var databases = descriptors.stream()
        .flatMap(descriptor -> descriptor.schemas().stream())
        .distinct()
        .filter(PostgresSettings.SCHEMAS::contains)
        .map(schema -> PostgresSettings.read(schema, reader))
        .toList();
    errors.addAll(reader.errors());
    if (!errors.isEmpty()) {
      throw StartupException.of(new SettingsException(errors));
    }
    return new Configuration(
        descriptors, values, node, databases, new TreeMap<>(reader.effectiveValues()));
  }

  /** The settings that one descriptor reads. */
  Map<String, String> effectiveValuesOf(Descriptor descriptor) {
    var reader = new SettingsReader(values);
    readGroups(descriptor, reader, new ArrayList<>());
    return new TreeMap<>(reader.effectiveValues());
  }

  private static void readGroups(
      Descriptor descriptor, SettingsReader reader, List<String> errors) {
    var file = "verticles/" + descriptor.name() + ".yaml: ";
    for (var name : descriptor.settings()) {
      var schema = name.replace(DATABASE, "");
      if (GROUPS.containsKey(name)) {
        GROUPS.get(name).accept(reader);
      } else if (name.endsWith(DATABASE) && PostgresSettings.SCHEMAS.contains(schema)) {
        PostgresSettings.read(schema, reader);
      } else {
        errors.add(file + "settings must be of " + groups() + ", was \"" + name + "\"");
      }
    }
    for (var schema : descriptor.schemas()) {
      if (!PostgresSettings.SCHEMAS.contains(schema)) {
        errors.add(
            file + "schemas must be of " + PostgresSettings.SCHEMAS + ", was \"" + schema + "\"");
      }
    }
  }

  private static List<String> groups() {
    return Stream.concat(
            GROUPS.keySet().stream(),
            PostgresSettings.SCHEMAS.stream().map(schema -> schema + DATABASE))
        .sorted()
        .toList();
  }
}
