package dev.verticker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.TestAuthority;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final String KEY = "0123456789abcdef0123456789abcdef";

  @TempDir
  private Path home;

  @Test
  void the_environment_overrides_the_file_next_to_the_jar_which_overrides_the_packaged_one()
      throws IOException {
    writeSettingsFile("SYMBOLS: FILE\nCACHE_TTL_SECONDS: 7");
    var settings = SettingsFiles.load(Map.of("SYMBOLS", "ENVIRONMENT", "PATH", "/bin"), home);
    assertEquals("ENVIRONMENT", settings.getString("SYMBOLS"));
    assertEquals("7", settings.getString("CACHE_TTL_SECONDS"));
    assertEquals("60", settings.getString("REFRESH_INTERVAL_SECONDS"));
    assertFalse(settings.containsKey("PATH"));
  }

  @Test
  void a_file_holds_the_value_of_a_setting() throws IOException {
    var secret = Files.writeString(home.resolve("jwt"), "the secret \r\n");
    var empty = Files.writeString(home.resolve("empty"), "\n");
    var password = Files.writeString(home.resolve("password"), "of-market");
    writeSettingsFile("JWT_SECRET: of the YAML file\nMARKET_POSTGRES_PASSWORD_FILE: " + password);
    var settings = SettingsFiles.load(
        Map.of(
            "JWT_SECRET_FILE",
            secret.toString(),
            "JWT_SECRET_PREVIOUS_FILE",
            empty.toString(),
            "SYMBOLS_FILE",
            "",
            "BASH_FILE",
            "/etc/shadow"),
        home);
    assertEquals("the secret ", settings.getString("JWT_SECRET"));
    assertEquals("of-market", settings.getString("MARKET_POSTGRES_PASSWORD"));
    assertEquals("BTCUSDT,ETHBTC,ETHUSDT", settings.getString("SYMBOLS"));
    assertFalse(settings.containsKey("JWT_SECRET_PREVIOUS"));
    assertTrue(settings.fieldNames().stream().noneMatch(name -> name.endsWith("_FILE")));
  }

  @Test
  void a_file_that_cannot_be_read_and_a_setting_with_two_values_are_rejected() throws IOException {
    var secret = Files.writeString(home.resolve("jwt"), "the secret");
    var absent = home.resolve("absent");
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsFiles.load(
            Map.of(
                "JWT_SECRET_FILE", secret.toString(),
                "JWT_SECRET", "another",
                "INTERNAL_API_KEY_FILE", absent.toString()),
            home));
    assertEquals(
        Set.of(
            "JWT_SECRET: is set twice, remove JWT_SECRET or JWT_SECRET_FILE",
            "INTERNAL_API_KEY_FILE: must name a text file that this process can read, was \""
                + absent + "\" (NoSuchFileException)"),
        Set.copyOf(error.errors()));
    writeSettingsFile("SIMBOLS_FILE: " + secret);
    error = assertThrows(SettingsException.class, () -> SettingsFiles.load(Map.of(), home));
    assertEquals(
        List.of("SIMBOLS_FILE: is not a setting, remove it from conf/settings.yaml"),
        error.errors());
  }

  @Test
  void an_empty_value_counts_as_unset() {
    var settings = SettingsFiles.load(Map.of("SYMBOLS", " ", "INTERNAL_API_KEY", ""), home);
    assertEquals("BTCUSDT,ETHBTC,ETHUSDT", settings.getString("SYMBOLS"));
    assertFalse(settings.containsKey("INTERNAL_API_KEY"));
  }

  @Test
  void an_unknown_name_in_the_file_is_rejected() throws IOException {
    writeSettingsFile("SIMBOLS: A\nMARKET_POSTGRES_HOST: db2\nMARKT_POSTGRES_HOST: db3");
    var error = assertThrows(SettingsException.class, () -> SettingsFiles.load(Map.of(), home));
    assertEquals(
        List.of(
            "SIMBOLS: is not a setting, remove it from conf/settings.yaml",
            "MARKT_POSTGRES_HOST: is not a setting, remove it from conf/settings.yaml"),
        error.errors());
  }

  @Test
  void an_old_name_is_rejected_with_the_new_one() throws IOException {
    var environment = Map.of("SOCKETS_MOST", "7");
    var error = assertThrows(SettingsException.class, () -> SettingsFiles.load(environment, home));
    assertEquals(List.of("SOCKETS_MOST: was renamed, set SOCKETS_MAX instead"), error.errors());

    writeSettingsFile("SOCKETS_MOST: 7");
    error = assertThrows(SettingsException.class, () -> SettingsFiles.load(Map.of(), home));
    assertEquals(List.of("SOCKETS_MOST: was renamed, set SOCKETS_MAX instead"), error.errors());

    Files.delete(home.resolve("conf/settings.yaml"));
    assertFalse(SettingsFiles.load(Map.of("SOCKETS_MOST", ""), home).containsKey("SOCKETS_MOST"));
  }

  @Test
  void an_empty_file_next_to_the_jar_changes_nothing() throws IOException {
    writeSettingsFile("# nothing here\n");
    assertEquals("20", SettingsFiles.load(Map.of(), home).getString("SOCKETS_PER_USER"));
  }

  @Test
  void a_file_that_is_not_yaml_is_rejected() throws IOException {
    writeSettingsFile("{: ");
    assertEquals(
        1,
        assertThrows(SettingsException.class, () -> SettingsFiles.load(Map.of(), home))
            .errors()
            .size());
  }

  @Test
  void a_schema_can_use_another_database() {
    var settings = settings(
        "POSTGRES_PASSWORD",
        "pw-one",
        "MARKET_POSTGRES_HOST",
        "db2",
        "MARKET_POSTGRES_PASSWORD",
        "pw-two");
    assertEquals(
        new PostgresSettings(
            "market",
            "db2",
            5432,
            "verticker",
            "verticker",
            new Secret("pw-two"),
            5,
            false,
            Optional.empty()),
        SettingsReader.read(settings, reader -> PostgresSettings.read("market", reader)));
    assertEquals(
        new PostgresSettings(
            "account",
            "localhost",
            5432,
            "verticker",
            "verticker",
            new Secret("pw-one"),
            5,
            false,
            Optional.empty()),
        SettingsReader.read(settings, reader -> PostgresSettings.read("account", reader)));
  }

  @Test
  void a_schema_without_tls_setting_of_its_own_uses_tls_like_the_others() {
    var authority = new TestAuthority(home, "authority").file();
    var settings = settings(
        "POSTGRES_PASSWORD", "pw",
        "POSTGRES_TLS", "true",
        "POSTGRES_TLS_CA", authority.toString(),
        "MARKET_POSTGRES_TLS", "false");
    var account = SettingsReader.read(settings, reader -> PostgresSettings.read("account", reader));
    var market = SettingsReader.read(settings, reader -> PostgresSettings.read("market", reader));
    assertTrue(account.tls());
    assertEquals(Optional.of(authority), account.authorities());
    assertFalse(market.tls());
  }

  @Test
  void certificate_authorities_without_tls_are_rejected() {
    var authority = new TestAuthority(home, "authority").file().toString();
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings(
                "POSTGRES_PASSWORD",
                "pw",
                "POSTGRES_TLS_CA",
                authority,
                "REDIS_URL",
                "redis://:secret@redis:6379",
                "REDIS_TLS_CA",
                authority),
            reader ->
                List.of(PostgresSettings.read("account", reader), RedisSettings.read(reader))));
    assertEquals(
        List.of(
            "POSTGRES_TLS: must be true if POSTGRES_TLS_CA is set, was \"false\"",
            "REDIS_URL: must have scheme rediss if REDIS_TLS_CA is set"),
        error.errors());
  }

  @Test
  void tls_files_must_contain_certificates_and_an_unencrypted_key() throws IOException {
    var text = Files.writeString(home.resolve("text.pem"), "no certificate").toString();
    var missing = home.resolve("missing.pem").toString();
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings(
                "REDIS_TLS_CA", missing,
                "CLUSTER_TLS_CERTIFICATE", text,
                "CLUSTER_TLS_KEY", text),
            reader -> List.of(RedisSettings.read(reader), NodeSettings.read(reader))));
    assertEquals(
        List.of(
            "REDIS_TLS_CA: must be a readable PEM file with certificates, was \"" + missing + "\"",
            "CLUSTER_TLS_CA: is required if another CLUSTER_TLS setting is set",
            "CLUSTER_TLS_CERTIFICATE: must be a readable PEM file with certificates, was \"" + text
                + "\"",
            "CLUSTER_TLS_KEY: must be a readable PEM file with an unencrypted private key, was \""
                + text + "\""),
        error.errors());
  }

  @Test
  void all_invalid_settings_are_reported_together_with_name_rule_and_value() {
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings(
                "VERTICKER_ENV", "staging",
                "SYMBOLS", "A,B,A",
                "REFRESH_INTERVAL_SECONDS", "soon",
                "CACHE_TTL_SECONDS", "0",
                "PRICE_RETENTION_DAYS", "1.5",
                "BINANCE_BASE_URL", "ftp://x"),
            PriceSettings::read));
    assertEquals(
        List.of(
            "VERTICKER_ENV: must be one of development, production, was \"staging\"",
            "BINANCE_BASE_URL: must be a URL with scheme http or https and a host, the port at most 65535 (value not shown: it may hold a password)",
            "SYMBOLS: must not repeat an entry, was \"A,B,A\"",
            "REFRESH_INTERVAL_SECONDS: must be seconds between 0.1 and 86400, was \"soon\"",
            "CACHE_TTL_SECONDS: must be seconds between 0.1 and 86400, was \"0\"",
            "PRICE_RETENTION_DAYS: must be a whole number between 1 and 36500, was \"1.5\""),
        error.errors());
  }

  @Test
  void seconds_may_have_decimals() {
    var price = SettingsReader.read(
        settings("REFRESH_INTERVAL_SECONDS", "0.25", "CACHE_TTL_SECONDS", "1.0005"),
        PriceSettings::read);
    assertEquals(Duration.ofMillis(250), price.refreshInterval());
    assertEquals(Duration.ofNanos(1_000_500_000), price.cacheTtl());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"postgres1234", "admin1234", "punjwtsecrete", "punapiinternalkey", "change_me"})
  void a_published_sample_is_rejected_outside_development_and_never_printed(String sample) {
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings("POSTGRES_PASSWORD", sample, "INTERNAL_API_KEY", sample), SettingsTest::all));
    assertEquals(2, error.errors().size(), error.getMessage());
    assertFalse(error.getMessage().contains(sample));
    var development = settings(
        "VERTICKER_ENV", "development", "POSTGRES_PASSWORD", sample, "INTERNAL_API_KEY", sample);
    assertTrue(SettingsReader.read(development, SettingsTest::all).startsWith("RedisSettings"));
  }

  @Test
  void a_key_must_be_long_enough_outside_development() {
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings("INTERNAL_API_KEY", "short", "INTERNAL_API_KEYS", "a:" + KEY + ",b:tiny"),
            PriceApiSettings::read));
    assertEquals(
        List.of(
            "INTERNAL_API_KEY: must have at least 32 bytes outside development, was <secret of 5 bytes>",
            "INTERNAL_API_KEYS[b]: must have at least 32 bytes outside development, was <secret of 4 bytes>"),
        error.errors());
  }

  @Test
  void several_keys_are_valid_under_their_names() {
    var api = SettingsReader.read(
        settings(
            "INTERNAL_API_KEY", KEY, "INTERNAL_API_KEYS", "shop:" + KEY + "1, desk:" + KEY + "2"),
        PriceApiSettings::read);
    assertEquals(Set.of("default", "shop", "desk"), api.apiKeys().keySet());
  }

  @Test
  void without_any_key_the_price_api_does_not_start() {
    assertEquals(
        List.of("INTERNAL_API_KEY: is required: set it, or INTERNAL_API_KEYS=name:key,..."),
        assertThrows(
                SettingsException.class,
                () -> SettingsReader.read(settings(), PriceApiSettings::read))
            .errors());
  }

  @Test
  void no_secret_is_printed() {
    var reader = new SettingsReader(settings(
        "POSTGRES_PASSWORD", "hidden-1",
        "INTERNAL_API_KEYS", "shop:hidden-2-hidden-2-hidden-2-hidden",
        "REDIS_URL", "redis://user:hidden-3@cache:6379/1"));
    var shown = all(reader) + reader.effectiveValues() + new Secret("hidden-4");
    assertFalse(shown.contains("hidden"), shown);
    assertEquals("redis://<secret>@cache:6379/1", reader.effectiveValues().get("REDIS_URL"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://data-api.binance.vision, binance, true",
    "https://api.binance.com, binance, true",
    "https://testnet.binance.vision, testnet, false",
    "https://demo-api.binance.com, testnet, false"
  })
  void a_published_exchange_has_a_venue(String url, String venue, boolean isRealMarket) {
    var price = SettingsReader.read(settings("BINANCE_BASE_URL", url), PriceSettings::read);
    assertEquals(venue, price.venue());
    assertEquals(isRealMarket, price.isRealMarket());
  }

  @Test
  void another_exchange_is_simulated_or_replayed_at_a_speed() {
    var other = settings("BINANCE_BASE_URL", "http://127.0.0.1:9", "VERTICKER_ENV", "development");
    var simulated = SettingsReader.read(other, PriceSettings::read);
    assertEquals("simulated", simulated.venue());
    assertEquals(1, simulated.marketSpeed());
    other.put("BINANCE_VENUE", "replayed").put("MARKET_SPEED", "60");
    var replayed = SettingsReader.read(other, PriceSettings::read);
    assertEquals("replayed", replayed.venue());
    assertEquals(60, replayed.marketSpeed());
    assertFalse(replayed.isRealMarket());
    var real = SettingsReader.read(
        settings("BINANCE_VENUE", "replayed", "MARKET_SPEED", "60"), PriceSettings::read);
    assertEquals("binance", real.venue());
    assertEquals(1, real.marketSpeed());
    assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(settings("BINANCE_VENUE", "binance"), PriceSettings::read));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://api.binance.com",
        "https://api.binance.com.evil.example",
        "https://evil.example/api.binance.com",
        "http://127.0.0.1:9"
      })
  void any_other_exchange_is_accepted_in_development_only(String url) {
    assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(settings("BINANCE_BASE_URL", url), PriceSettings::read));
    var development = settings("BINANCE_BASE_URL", url, "VERTICKER_ENV", "development");
    assertEquals(
        URI.create(url), SettingsReader.read(development, PriceSettings::read).exchange());
  }

  @Test
  void the_public_data_host_is_the_default_exchange() {
    var price = SettingsReader.read(settings(), PriceSettings::read);
    assertEquals(URI.create("https://data-api.binance.vision"), price.exchange());
    assertEquals(Duration.ofSeconds(70), price.staleAfter());
  }

  @ParameterizedTest
  @CsvSource({
    "https://data-api.binance.vision, wss://data-stream.binance.vision",
    "https://api.binance.com, wss://stream.binance.com:9443",
    "https://testnet.binance.vision, wss://stream.testnet.binance.vision",
    "https://demo-api.binance.com, wss://demo-stream.binance.com",
    "http://127.0.0.1:19443, ws://127.0.0.1:19443",
    "https://exchange.example, wss://exchange.example"
  })
  void streams_come_from_the_host_that_belongs_to_the_rest_host(String url, String streams) {
    var settings = settings("BINANCE_BASE_URL", url, "VERTICKER_ENV", "development");
    var feed = SettingsReader.read(settings, PriceSettings::read).feed();
    assertEquals(new FeedSettings(true, URI.create(streams), Duration.ofHours(12)), feed);
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.binance.com, wss://data-stream.binance.vision, true",
    "https://data-api.binance.vision, wss://stream.binance.com:443, true",
    "https://data-api.binance.vision, ws://data-stream.binance.vision, false",
    "https://data-api.binance.vision, wss://stream.testnet.binance.vision, false",
    "https://testnet.binance.vision, wss://stream.binance.com:9443, false",
    "https://api.binance.com, wss://stream.binance.com.evil.example, false"
  })
  void outside_development_streams_are_encrypted_and_of_the_same_market(
      String url, String streams, boolean accepted) {
    var reader =
        new SettingsReader(settings("BINANCE_BASE_URL", url, "BINANCE_STREAM_URL", streams));
    assertEquals(URI.create(streams), PriceSettings.read(reader).feed().host());
    assertEquals(accepted, reader.errors().isEmpty(), reader.errors().toString());
  }

  @Test
  void a_connection_is_replaced_before_binance_closes_it() {
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings("FEED", "streams", "FEED_ROTATION", "86400"), PriceSettings::read));
    assertEquals(
        List.of(
            "FEED: must be one of stream, poll, was \"streams\"",
            "FEED_ROTATION: must be seconds between 1 and 79200, was \"86400\""),
        error.errors());
  }

  @Test
  void a_member_list_with_an_entry_that_is_no_address_is_rejected() {
    var error = assertThrows(
        SettingsException.class,
        () -> SettingsReader.read(
            settings("CLUSTER_MEMBERS", "10.0.0.1,http://b"), NodeSettings::read));
    assertEquals(
        List.of(
            "CLUSTER_MEMBERS: must be comma-separated addresses, ip or ip:port, was \"http://b\""),
        error.errors());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.2        # its own private address",
        "10.0.0.2,10.0.0.3",
        "10.0.0.256",
        "http://localhost",
        "localhost:8000",
        "a..b"
      })
  void a_host_that_is_neither_an_address_nor_a_name_is_rejected(String value) {
    var names = List.of("MANAGEMENT_HOST", "CLUSTER_HOST", "USER_API_HOST", "PRICE_API_HOST");
    var reader = new SettingsReader(
        settings(names.stream().flatMap(name -> Stream.of(name, value)).toArray(String[]::new))
            .put("INTERNAL_API_KEY", KEY));
    NodeSettings.read(reader);
    UserApiSettings.read(reader);
    PriceApiSettings.read(reader);
    assertEquals(
        names.stream()
            .map(name -> name + ": must be an IP address or a host name, was \"" + value + "\"")
            .toList(),
        reader.errors());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "::", "fd00::12", "localhost", "app-2", "db_1.example.org", "3.de"})
  void a_host_is_an_address_or_a_name(String value) {
    assertEquals(
        value,
        SettingsReader.read(settings("USER_API_HOST", value), UserApiSettings::read)
            .host());
  }

  @Test
  void real_venues_have_fixed_hosts_and_need_a_key_for_the_keys_of_accounts() {
    var settings = SettingsReader.read(
        settings("TRADING_VENUES", "paper,testnet,demo", "SECRETS_KEY", KEY), VenueSettings::read);
    assertEquals(
        List.of("testnet.binance.vision", "demo-api.binance.com"),
        settings.venues().stream().map(venue -> venue.rest().getHost()).toList());
    assertEquals(
        List.of("ws-api.testnet.binance.vision", "demo-ws-api.binance.com"),
        settings.venues().stream().map(venue -> venue.socket().getHost()).toList());
    assertEquals(1, settings.keys().size());
    assertEquals(
        List.of("SECRETS_KEY: is required by the venues in TRADING_VENUES: set it"),
        errors(VenueSettings::read, "TRADING_VENUES", "testnet"));
    assertEquals(List.of(), errors(VenueSettings::read, "TRADING_VENUES", "paper"));
  }

  @Test
  void a_rotation_needs_the_current_key_and_another_one_before_it() {
    var rotated = SettingsReader.read(
        settings("SECRETS_KEY", KEY, "SECRETS_KEY_PREVIOUS", KEY + "2"), VenueSettings::read);
    assertEquals(
        List.of(KEY, KEY + "2"),
        rotated.keys().stream().map(key -> key.secret().value()).toList());
    var error =
        "SECRETS_KEY_PREVIOUS: must be cleared, or SECRETS_KEY must be set to another key: it is the key before SECRETS_KEY";
    assertEquals(List.of(error), errors(VenueSettings::read, "SECRETS_KEY_PREVIOUS", KEY));
    assertEquals(
        List.of(error),
        errors(VenueSettings::read, "SECRETS_KEY", KEY, "SECRETS_KEY_PREVIOUS", KEY));
    assertEquals(1, errors(VenueSettings::read, "SECRETS_KEY", "short").size());
  }

  @Test
  void the_market_and_the_simulator_are_refused_as_venues_in_production() {
    assertEquals(
        List.of(
            "TRADING_VENUES: must not contain binance: it is switched off until accounts have a second factor; use testnet or demo, was \"binance\""),
        errors(VenueSettings::read, "TRADING_VENUES", "binance", "SECRETS_KEY", KEY));
    assertEquals(
        List.of(
            "TRADING_VENUES: must not contain simulator outside development, was \"simulator\""),
        errors(
            VenueSettings::read,
            "TRADING_VENUES",
            "simulator",
            "TRADING_SIMULATOR_URL",
            "http://127.0.0.1:9",
            "SECRETS_KEY",
            KEY));
    var development = SettingsReader.read(
        settings(
            "VERTICKER_ENV",
            "development",
            "TRADING_VENUES",
            "simulator",
            "TRADING_SIMULATOR_URL",
            "http://127.0.0.1:9",
            "SECRETS_KEY",
            KEY),
        VenueSettings::read);
    assertEquals(
        URI.create("ws://127.0.0.1:9/ws-api/v3"), development.venues().get(0).socket());
  }

  @Test
  void keys_pass_a_clustered_bus_with_mutual_tls_only() {
    assertEquals(
        List.of(
            "CLUSTER_TLS_CERTIFICATE: is required by the venues in TRADING_VENUES: keys pass the event bus when an account is created"),
        errors(
            VenueSettings::read,
            "TRADING_VENUES",
            "testnet",
            "SECRETS_KEY",
            KEY,
            "CLUSTER_MEMBERS",
            "10.0.0.2,10.0.0.3"));
  }

  private List<String> errors(Function<SettingsReader, ?> group, String... pairs) {
    var reader = new SettingsReader(settings(pairs));
    group.apply(reader);
    return reader.errors();
  }

  private static String all(SettingsReader reader) {
    PriceApiSettings.read(reader);
    return RedisSettings.read(reader)
        + " "
        + PostgresSettings.read("market", reader)
        + PriceSettings.read(reader);
  }

  private JsonObject settings(String... pairs) {
    var environment = new HashMap<String, String>();
    for (var i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return SettingsFiles.load(environment, home);
  }

  private void writeSettingsFile(String yaml) throws IOException {
    Files.createDirectories(home.resolve("conf"));
    Files.writeString(home.resolve("conf/settings.yaml"), yaml);
  }
}
