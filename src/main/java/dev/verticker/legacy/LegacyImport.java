package dev.verticker.legacy;

import dev.verticker.node.Migrations;
import dev.verticker.node.StartupException;
import dev.verticker.settings.NodeSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command {@code import-legacy}: imports the users and prices of the earlier system. */
public final class LegacyImport {
  public static final String NAME = "import-legacy";
  private static final String VENUE = "--venue=";
  private static final String USAGE =
      """
      usage: java -jar verticker.jar import-legacy [--venue=binance|testnet] [database]

      database  postgresql://user:password@host:5432/database; LEGACY_DATABASE_URL in the environment hides
                it from other users of this machine
      venue     the exchange its prices came from, testnet by default""";

  private final Map<String, String> environment;
  private final Path home;
  private final PrintStream out;
  private final PrintStream err;

  public LegacyImport(
      Map<String, String> environment, Path home, PrintStream out, PrintStream err) {
    this.environment = Map.copyOf(environment);
    this.home = home;
    this.out = out;
    this.err = err;
  }

  /** Returns the exit code. */
  public int run(List<String> arguments) {
    var urls = new ArrayList<>(arguments);
    // The default venue of the earlier system.
    var venue = "testnet";
    for (var argument : arguments) {
      if (argument.equals(VENUE + "binance") || argument.equals(VENUE + "testnet")) {
        venue = argument.substring(VENUE.length());
        urls.remove(argument);
      }
    }
    if (urls.isEmpty() && environment.containsKey("LEGACY_DATABASE_URL")) {
      urls.add(environment.get("LEGACY_DATABASE_URL"));
    }
    if (urls.size() != 1 || urls.get(0).startsWith("-")) {
      err.println(USAGE);
      return StartupException.USAGE;
    }
    return run(urls.get(0), venue);
  }

  private int run(String url, String venue) {
    try {
      var reader = new SettingsReader(SettingsFiles.load(environment, home));
      var account = PostgresSettings.read("account", reader);
      var market = PostgresSettings.read("market", reader);
      var prices = PriceSettings.read(reader);
      var migrations = Migrations.packaged(NodeSettings.read(reader).databaseWait());
      reader.failOnFaults();
      migrations.migrateAll(List.of(account, market));
      try (var from = JdbcConnections.open(url);
          var users = JdbcConnections.open(account);
          var observations = JdbcConnections.open(market)) {
        LegacyUserImport.run(from, users, out);
        LegacyPriceImport.run(from, observations, prices.refreshInterval(), venue, out);
      }
      return 0;
    } catch (StartupException e) {
      err.println(e.getMessage());
      return e.exitCode();
    } catch (SettingsException e) {
      err.println(e.getMessage());
      return StartupException.CONFIGURATION;
    } catch (IllegalArgumentException e) {
      err.println("the URL of the earlier database " + e.getMessage());
      return StartupException.USAGE;
    } catch (SQLException e) {
      err.println("the import failed, run it again to continue: " + e.getMessage());
      return StartupException.ENVIRONMENT;
    }
  }
}
