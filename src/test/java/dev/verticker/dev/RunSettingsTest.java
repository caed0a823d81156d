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
  void
      without_a_word_from_the_user_it_is_development_with_the_sample_secrets_on_this_machine_only() {
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
  void what_the_user_sets_wins_and_an_empty_switch_of_the_build_is_no_word_at_all() {
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
  void a_speed_that_is_no_whole_positive_number_is_refused_by_name() {
    for (var speed : List.of("0", "-1", "1.5", "fast", "100000")) {
      var refused = assertThrows(
          DevServerException.class, () -> read(Map.of("MARKET_SPEED", speed), Map.of()));
      assertEquals(
          "MARKET_SPEED must be a whole number from 1 to 99999, was " + speed,
          refused.getMessage());
    }
  }

  @Test
  void the_place_to_look_is_told_with_a_key_to_copy_unless_the_key_is_the_users_own_secret() {
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
