package dev.verticker.dev;

import java.util.List;
import java.util.Map;

/** Where to look once a development node runs, and what to sign in with; only what the node really serves. */
final class StartupBanner {
  private static final String API_KEY = "INTERNAL_API_KEY";

  /**
   * One thing to look at.
   *
   * @param server the name under which the node tells its port
   * @param text with {@code %port%} and {@code %NAME%} for settings
   */
  private record Sight(String label, String server, String text) {}

  private static final List<Sight> SIGHTS = List.of(
      new Sight("console", "user-api", "http://localhost:%port%/"),
      new Sight("User API docs", "user-api", "http://localhost:%port%/docs"),
      new Sight(
          "sign in",
          "user-api",
          "curl -d 'username=admin&password=admin1234' 'http://localhost:%port%/auth/login'"),
      new Sight("Price API docs", "price-api", "http://localhost:%port%/docs"),
      new Sight(
          "prices",
          "price-api",
          "curl -H 'X-API-Key: %" + API_KEY
              + "%' 'http://localhost:%port%/internal/price?limit=5'"),
      new Sight("health", "management", "http://localhost:%port%/health/ready"),
      new Sight("metrics", "management", "http://localhost:%port%/metrics"));

  /** One line of output. */
  record Line(String label, String text) {}

  private StartupBanner() {}

  /** @param ports of what the node serves, by name */
  static List<Line> lines(Map<String, Integer> ports, RunSettings settings) {
    return SIGHTS.stream()
        .filter(sight -> ports.containsKey(sight.server()))
        .map(sight -> new Line(
            sight.label(),
            sight
                .text()
                .replace("%port%", ports.get(sight.server()).toString())
                .replace("%" + API_KEY + "%", shown(API_KEY, settings))))
        .toList();
  }

  /** For psql and its like. */
  static String url(PostgresDatabase database, RunSettings settings) {
    var password = settings.sets("POSTGRES_PASSWORD") ? "" : ":" + database.password();
    return "postgresql://" + database.user() + password + "@" + database.host() + ":"
        + database.port() + "/" + database.name();
  }

  /** A sample secret is shown to be copied; one that the user set stays with the user. */
  private static String shown(String name, RunSettings settings) {
    return settings.sets(name) ? "'\"$" + name + "\"'" : settings.environment().get(name);
  }
}
