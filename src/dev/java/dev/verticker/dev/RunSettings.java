package dev.verticker.dev;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Settings of development mode, from the environment and from system properties.
 *
 * @param home the folder of the state and, if present, of {@code conf/}
 * @param environment the process environment over the defaults of development mode
 * @param own the process environment
 * @param fresh delete earlier data first
 * @param recorded folder of Binance kline files to replay
 * @param speed simulated seconds per second
 */
record RunSettings(
    Path home,
    Map<String, String> environment,
    Map<String, String> own,
    boolean fresh,
    Optional<Path> recorded,
    int speed) {
  /** The sample secrets of the documentation: accepted in development only. */
  private static final Map<String, String> DEFAULTS = Map.of(
      "VERTICKER_ENV", "development",
      "POSTGRES_PASSWORD", "postgres1234",
      "INTERNAL_API_KEY", "punapiinternalkey",
      "JWT_SECRET", "punjwtsecrete",
      // Not reachable from other machines, because the secrets are public.
      "PRICE_API_HOST", "127.0.0.1",
      "USER_API_HOST", "127.0.0.1",
      // No load balancer needs time to notice.
      "DRAIN_SECONDS", "0");

  static RunSettings read(Path home, Map<String, String> own, Properties switches) {
    var environment = new HashMap<>(DEFAULTS);
    environment.putAll(own);
    return new RunSettings(
        home,
        Map.copyOf(environment),
        Map.copyOf(own),
        isOn(switches.getProperty("fresh")),
        option("MARKET_DATA", "market.data", own, switches).map(home::resolve),
        option("MARKET_SPEED", "market.speed", own, switches)
            .map(RunSettings::speed)
            .orElse(1));
  }

  /** Whether the process environment sets it. */
  boolean sets(String name) {
    return !own.getOrDefault(name, "").isBlank();
  }

  /** The environment, overridden by more settings. */
  Map<String, String> with(Map<String, String> more) {
    var all = new HashMap<>(environment);
    all.putAll(more);
    return all;
  }

  /** {@code -Dfresh} without a value is "true" to Maven and empty to Java. */
  private static boolean isOn(String value) {
    return value != null && !value.equals("false");
  }

  private static Optional<String> option(
      String name, String property, Map<String, String> own, Properties switches) {
    return Optional.ofNullable(own.get(name))
        .or(() -> Optional.ofNullable(switches.getProperty(property)))
        .filter(value -> !value.isBlank());
  }

  private static int speed(String value) {
    if (!value.matches("[1-9][0-9]{0,4}")) {
      throw new DevServerException(
          "MARKET_SPEED must be a whole number from 1 to 99999, was " + value);
    }
    return Integer.parseInt(value);
  }
}
