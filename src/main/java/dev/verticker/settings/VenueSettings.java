package dev.verticker.settings;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Real venues on which accounts trade with their own keys.
 *
 * @param venues enabled venues; if empty, the other settings are not used
 * @param keys the first one encrypts the keys of accounts, all of them decrypt
 * @param egress name of the address from which this node sends requests; empty = the one that all nodes share
 */
public record VenueSettings(List<RealVenue> venues, List<SecretsKey> keys, String egress) {
  private static final String VENUES = "TRADING_VENUES";
  private static final String SIMULATOR_URL = "TRADING_SIMULATOR_URL";
  private static final String SIMULATOR = "simulator";
  private static final String SOCKET_PATH = "/ws-api/v3";

  /** The hosts are constants, so that no setting can send a key to another host. */
  private static final Map<String, RealVenue> BINANCE = Map.of(
      "testnet",
      new RealVenue(
          "testnet",
          URI.create("https://testnet.binance.vision"),
          URI.create("wss://ws-api.testnet.binance.vision" + SOCKET_PATH),
          false),
      "demo",
      new RealVenue(
          "demo",
          URI.create("https://demo-api.binance.com"),
          URI.create("wss://demo-ws-api.binance.com" + SOCKET_PATH),
          false));

  /** Trades for real money; disabled until accounts have a second factor. */
  private static final String MARKET = "binance";

  /**
   * @param rest base URL of {@code /api/v3}
   * @param socket URL of the WebSocket API
   * @param reportsWithdrawals whether the venue reports if a key may withdraw
   */
  public record RealVenue(String name, URI rest, URI socket, boolean reportsWithdrawals) {}

  public VenueSettings {
    venues = List.copyOf(venues);
    keys = List.copyOf(keys);
  }

  /** Returns the names that {@code TRADING_VENUES} may contain besides {@code paper}. */
  static List<String> names() {
    return Stream.concat(Stream.of(SIMULATOR, MARKET), BINANCE.keySet().stream())
        .sorted()
        .toList();
  }

  public static VenueSettings read(SettingsReader reader) {
    var names = reader.list(VENUES);
    var venues = names.stream().flatMap(name -> venue(reader, name).stream()).toList();
    var keys = SecretsKey.read(reader);
    if (!venues.isEmpty() && keys.isEmpty() && !reader.has("SECRETS_KEY")) {
      reader.error("SECRETS_KEY", "is required by the venues in TRADING_VENUES: set it");
    }
    if (names.stream().anyMatch(BINANCE::containsKey)
        && !reader.list("CLUSTER_MEMBERS").isEmpty()
        && reader.optional("CLUSTER_TLS_CERTIFICATE").isEmpty()) {
      reader.error(
          "CLUSTER_TLS_CERTIFICATE",
          "is required by the venues in TRADING_VENUES: keys pass the event bus when an account is created");
    }
    return new VenueSettings(venues, keys, PriceSettings.egress(reader));
  }

  private static Optional<RealVenue> venue(SettingsReader reader, String name) {
    if (name.equals(MARKET)) {
      reader.error(
          VENUES,
          "must not contain " + MARKET
              + ": it is switched off until accounts have a second factor; use testnet or demo",
          name);
    }
    return name.equals(SIMULATOR) ? simulator(reader) : Optional.ofNullable(BINANCE.get(name));
  }

  private static Optional<RealVenue> simulator(SettingsReader reader) {
    if (!reader.development()) {
      reader.error(VENUES, "must not contain " + SIMULATOR + " outside development", SIMULATOR);
    }
    var url = reader.uri(SIMULATOR_URL, Set.of("http"));
    if (url.isEmpty()) {
      reader.error(SIMULATOR_URL, "is required by the venue " + SIMULATOR + ": set its URL");
    }
    return url.map(rest -> new RealVenue(
        SIMULATOR, rest, URI.create("ws://" + rest.getAuthority() + SOCKET_PATH), true));
  }
}
