package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Node> started = new ArrayList<>();
  private Home home;

  @BeforeEach
  void home(@TempDir Path folder) {
    home = new Home(folder);
  }

  @Test
  void help_and_version_are_printed() {
    assertEquals(OptionalInt.of(0), run("--help"));
    assertTrue(out.toString().contains("check-config") && out.toString().contains("exit codes"));
    assertEquals(OptionalInt.of(0), run("--version"));
    assertTrue(out.toString().contains("verticker "));
    assertEquals("", err.toString());
  }

  @Test
  void an_unknown_option_is_invalid_usage() {
    assertEquals(OptionalInt.of(2), run("--clutser"));
    assertEquals("Unknown option \"--clutser\": --help lists the options\n", err.toString());
  }

  @Test
  void an_unknown_verticle_is_invalid_usage_and_the_known_ones_are_listed() {
    assertEquals(OptionalInt.of(2), run("prise-api"));
    assertTrue(err.toString().startsWith("Unknown verticle \"prise-api\": name one of "));
    assertTrue(err.toString().contains("price-api"));
  }

  @Test
  void valid_settings_are_printed_without_secrets() {
    home.with("REDIS_URL", "redis://:redis-secret@cache:6379")
        .with("POSTGRES_PASSWORD", "postgres-secret")
        .with("INTERNAL_API_KEYS", "shop:0123456789abcdef0123456789abcdeX");
    assertEquals(OptionalInt.of(0), run("check-config", "price", "price-api"));
    assertTrue(out.toString().contains("PRICE_API_PORT=0\n"));
    assertTrue(out.toString().contains("INTERNAL_API_KEY=<secret of 32 bytes>\n"), out.toString());
    assertTrue(out.toString().contains("REDIS_URL=redis://<secret>@cache:6379\n"), out.toString());
    for (var secret : List.of("redis-secret", "postgres-secret", "0123456789abcde")) {
      assertFalse(out.toString().contains(secret), secret);
    }
  }

  @Test
  void every_invalid_setting_is_reported_with_name_rule_and_value_but_without_secrets() {
    home.with("INTERNAL_API_KEY", "short-secret")
        .with("MANAGEMENT_PORT", "many")
        .with("SYMBOLS", "A,A")
        .with("DRAIN_SECONDS", "16")
        .with("POSTGRES_PASSWORD", "postgres1234")
        .with("BINANCE_BASE_URL", "http://localhost:1")
        .with("REDIS_URL", "http://:redis-secret@cache")
        .file("conf/settings.yaml", "SYMBOLZ: A\nPRICE_RETENTION_DAYS: 0");
    assertEquals(OptionalInt.of(1), run("check-config"));
    var lines = err.toString().lines().map(String::strip).toList();
    for (var line : List.of(
        "MANAGEMENT_PORT: must be a whole number between 0 and 65535, was \"many\"",
        "SYMBOLS: must not repeat an entry, was \"A,A\"",
        "DRAIN_SECONDS: must be seconds between 0 and 15, was \"16\"",
        "BINANCE_BASE_URL: must be https and one of Binance's REST hosts outside development, such as https://data-api.binance.vision, was \"http://localhost:1\"",
        "PRICE_RETENTION_DAYS: must be a whole number between 1 and 36500, was \"0\"",
        "SYMBOLZ: is not a setting, remove it from conf/settings.yaml")) {
      assertTrue(lines.contains(line), line + "\nnot in\n" + err);
    }
    for (var key : List.of("INTERNAL_API_KEY: ", "POSTGRES_PASSWORD: ", "REDIS_URL: ")) {
      assertEquals(1, lines.stream().filter(line -> line.startsWith(key)).count(), err.toString());
    }
    for (var secret : List.of("short-secret", "postgres1234", "redis-secret")) {
      assertFalse(err.toString().contains(secret), secret);
    }
  }

  @Test
  void only_the_settings_of_the_named_verticles_are_required() {
    home.environment().remove("INTERNAL_API_KEY");
    home.with("POSTGRES_PASSWORD", "a-good-password");
    assertEquals(OptionalInt.of(0), run("check-config", "price"));
    assertEquals(OptionalInt.of(1), run("check-config", "price-api"));
    assertTrue(err.toString().contains("INTERNAL_API_KEY: is required"));
  }

  @Test
  void settings_are_validated_before_any_verticle_starts() {
    home.environment().remove("INTERNAL_API_KEY");
    assertEquals(OptionalInt.of(1), run("price-api"));
    assertEquals(List.of(), started);
  }

  @Test
  void a_descriptor_with_unknown_settings_or_schemas_is_rejected() {
    home.descriptor("odd", "main: a.B\nsettings: [prize]\nschemas: [markt]");
    assertEquals(OptionalInt.of(1), run("check-config", "odd"));
    assertEquals(
        """
        Invalid settings:
          verticles/odd.yaml: settings must be of [account-database, auth, market-database, notification, notification-database, price, price-api, redis, trading, trading-database, trading-venues, user, user-api], was "prize"
          verticles/odd.yaml: schemas must be of [account, market, notification, trading], was "markt"
        """,
        err.toString());
  }

  @Test
  void a_class_that_is_no_verticle_is_rejected() {
    home.descriptor("odd", "main: java.lang.String");
    assertEquals(OptionalInt.of(1), run("odd"));
    assertEquals(
        "verticles/odd.yaml: main must be a public verticle with a constructor (NodeContext), was \"java.lang.String\"\n",
        err.toString());
  }

  @Test
  void a_running_node_has_no_exit_code() {
    home.verticle("echo", EchoVerticle.class, "");
    assertEquals(OptionalInt.empty(), run("echo"));
    started.forEach(Node::stop);
    assertEquals(1, started.size());
  }

  private OptionalInt run(String... arguments) {
    return new CommandLine(
            home.environment(),
            home.folder(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            started::add)
        .run(List.of(arguments));
  }
}
