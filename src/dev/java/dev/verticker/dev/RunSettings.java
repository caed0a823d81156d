package dev.verticker.dev;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What a development run is told, by the environment and by switches of the build.
 *
 * @param home the folder that holds the state and, if present, {@code conf/}
 * @param environment the process environment over the defaults of development
 * @param own what the user set
 * @param fresh forget earlier data first
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
      // Known secrets stay on this machine.
      "PRICE_API_HOST", "127.0.0.1",
      "USER_API_HOST", "127.0.0.1",
      // Nobody balances load over a developer's node.
      "DRAIN_SECONDS", "0");

  static RunSettings read(Path home, Map<String, String> own, Properties switches) {
    var environment = new HashMap<>(DEFAULTS);
    environment.putAll(own);
    return new RunSettings(
        home,
        Map.copyOf(environment),
        Map.copyOf(own),
        isOn(switches.getProperty("fresh")),
        given("MARKET_DATA", "market.data", own, switches).map(home::resolve),
        given("MARKET_SPEED", "market.speed", own, switches)
            .map(RunSettings::speed)
            .orElse(1));
  }

  /** True when the user, not a default, says so. */
  boolean sets(String name) {
    return !own.getOrDefault(name, "").isBlank();
  }

  /** The environment with more settings on top of it. */
  Map<String, String> with(Map<String, String> more) {
    var all = new HashMap<>(environment);
    all.putAll(more);
    return all;
  }

  /** {@code -Dfresh} without a value is "true" to Maven and empty to Java. */
  private static boolean isOn(String value) {
    return value != null && !value.equals("false");
  }

  private static Optional<String> given(
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
