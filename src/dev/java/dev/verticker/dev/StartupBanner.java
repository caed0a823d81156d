package dev.verticker.dev;

import java.util.List;
import java.util.Map;

/** The URLs and commands that a developer can try once the node runs; only those that the node serves. */
final class StartupBanner {
  private static final String API_KEY = "INTERNAL_API_KEY";

  /**
   * A URL or command with placeholders.
   *
   * @param server name of the HTTP server whose port is used
   * @param text with {@code %port%} and {@code %NAME%} for settings
   */
  private record Template(String label, String server, String text) {}

  private static final List<Template> TEMPLATES = List.of(
      new Template("console", "user-api", "http://localhost:%port%/"),
      new Template("User API docs", "user-api", "http://localhost:%port%/docs"),
      new Template(
          "sign in",
          "user-api",
          "curl -d 'username=admin&password=admin1234' 'http://localhost:%port%/auth/login'"),
      new Template("Price API docs", "price-api", "http://localhost:%port%/docs"),
      new Template(
          "prices",
          "price-api",
          "curl -H 'X-API-Key: %" + API_KEY
              + "%' 'http://localhost:%port%/internal/price?limit=5'"),
      new Template("health", "management", "http://localhost:%port%/health/ready"),
      new Template("metrics", "management", "http://localhost:%port%/metrics"));

  /** One line of output. */
  record Line(String label, String text) {}

  private StartupBanner() {}

  /** @param ports of the node's HTTP servers by name */
  static List<Line> lines(Map<String, Integer> ports, RunSettings settings) {
    return TEMPLATES.stream()
        .filter(template -> ports.containsKey(template.server()))
        .map(template -> new Line(
            template.label(),
            template
                .text()
                .replace("%port%", ports.get(template.server()).toString())
                .replace("%" + API_KEY + "%", shown(API_KEY, settings))))
        .toList();
  }

  /** The connection URL for psql. */
  static String url(PostgresDatabase database, RunSettings settings) {
    var password = settings.sets("POSTGRES_PASSWORD") ? "" : ":" + database.password();
    return "postgresql://" + database.user() + password + "@" + database.host() + ":"
        + database.port() + "/" + database.name();
  }

  /** Sample secrets are printed, secrets of the developer are not. */
  private static String shown(String name, RunSettings settings) {
    return settings.sets(name) ? "'\"$" + name + "\"'" : settings.environment().get(name);
  }
}
