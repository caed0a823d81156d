package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class RunSettingsTest {
  private static final Path HOME = Path.of("/home/ada/verticker");

  @Test
  void the_default_is_development_with_sample_secrets_on_the_loopback_address() {
    var settings = read(Map.of("PATH", "/bin"), Map.of());

    assertEquals(
        Map.of(
            "PATH", "/bin",
            "VERTICKER_ENV", "development",
            "POSTGRES_PASSWORD", "postgres1234",
            "INTERNAL_API_KEY", "punapiinternalkey",
            "JWT_SECRET", "punjwtsecrete",
            "PRICE_API_HOST", "127.0.0.1",
            "USER_API_HOST", "127.0.0.1",
            "DRAIN_SECONDS", "0"),
        settings.environment());
    assertFalse(settings.fresh());
    assertEquals(Optional.empty(), settings.recorded());
    assertEquals(1, settings.speed());
  }

  @Test
  void the_environment_overrides_defaults_and_an_empty_property_counts_as_unset() {
    var settings = read(
        Map.of("INTERNAL_API_KEY", "mine", "MARKET_DATA", "recorded"),
        Map.of("fresh", "true", "market.data", "/other", "market.speed", ""));

    assertEquals("mine", settings.environment().get("INTERNAL_API_KEY"));
    assertTrue(settings.sets("INTERNAL_API_KEY"));
    assertTrue(settings.fresh());
    assertEquals(Optional.of(HOME.resolve("recorded")), settings.recorded());
    assertEquals(1, settings.speed());
  }

  @Test
  void a_speed_that_is_no_positive_integer_is_rejected_by_name() {
    for (var speed : List.of("0", "-1", "1.5", "fast", "100000")) {
      var refused = assertThrows(
          DevServerException.class, () -> read(Map.of("MARKET_SPEED", speed), Map.of()));
      assertEquals(
          "MARKET_SPEED must be a whole number from 1 to 99999, was " + speed,
          refused.getMessage());
    }
  }

  @Test
  void the_banner_shows_the_sample_key_but_not_a_key_from_the_environment() {
    var ports = Map.of("price-api", 8101);

    assertEquals(
        List.of(
            new StartupBanner.Line("Price API docs", "http://localhost:8101/docs"),
            new StartupBanner.Line(
                "prices",
                "curl -H 'X-API-Key: punapiinternalkey' 'http://localhost:8101/internal/price?limit=5'")),
        StartupBanner.lines(ports, read(Map.of(), Map.of())));
    assertEquals(
        "curl -H 'X-API-Key: '\"$INTERNAL_API_KEY\"'' 'http://localhost:8101/internal/price?limit=5'",
        StartupBanner.lines(ports, read(Map.of("INTERNAL_API_KEY", "mine"), Map.of()))
            .get(1)
            .text());
  }

  private static RunSettings read(Map<String, String> environment, Map<String, String> switches) {
    var properties = new Properties();
    properties.putAll(switches);
    return RunSettings.read(HOME, environment, properties);
  }
}
