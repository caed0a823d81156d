package dev.verticker.settings;

import static java.util.Map.entry;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Source, symbols and freshness of prices.
 *
 * @param exchange base URL of a Binance Spot REST host
 * @param venue the field {@code venue} of every price: {@code binance}, {@code testnet}, {@code simulated} or {@code replayed}
 * @param marketSpeed seconds of the exchange's clock per second; 1 except for a simulated exchange
 * @param symbols the configured symbols in their order, case-sensitive, any Unicode
 * @param refreshInterval interval of the poll; one request covers 20 symbols
 * @param cacheTtl time to live of a quote in Redis
 * @param staleGrace a quote is stale if it was not confirmed for max(cacheTtl, refreshInterval) plus this
 * @param retention observations older than this are deleted
 * @param candleRetention candles of one minute older than this are deleted with their month
 * @param egress name of the address from which this node sends requests to the exchange; empty = all nodes share one
 * @param cluster name of the cluster, in all keys in Redis
 */
public record PriceSettings(
    URI exchange,
    String venue,
    int marketSpeed,
    List<String> symbols,
    Duration refreshInterval,
    Duration cacheTtl,
    Duration staleGrace,
    Duration retention,
    Duration candleRetention,
    String egress,
    String cluster,
    FeedSettings feed) {
  private static final URI PUBLIC_DATA = URI.create("https://data-api.binance.vision");
  private static final int MAX_SYMBOLS = 1000;
  private static final int MAX_SYMBOL = 64;
  private static final String MARKET = "binance";
  private static final int MAX_MARKET_SPEED = 99_999;

  /** Days; the minutes of a week are requested from the exchange when they are missing. */
  private static final int MIN_CANDLE_RETENTION = 8;

  private static final int FEW_SYMBOLS = 100;

  /** A row with its indexes, as docs/database.md lists. */
  private static final int BYTES_PER_CANDLE = 240;

  private static final int RETENTION_OF_FEW = 400;
  private static final int RETENTION_OF_MANY = 90;
  private static final Duration DAY = Duration.ofDays(1);

  /**
   * The hosts that are allowed outside development, and the venue of their prices: "General API information", "testnet"
   * and "demo mode" of binance-spot-api-docs.
   */
  private static final Map<String, String> VENUES = Map.ofEntries(
      entry("api.binance.com", MARKET),
      entry("api-gcp.binance.com", MARKET),
      entry("api1.binance.com", MARKET),
      entry("api2.binance.com", MARKET),
      entry("api3.binance.com", MARKET),
      entry("api4.binance.com", MARKET),
      entry("data-api.binance.vision", MARKET),
      entry("testnet.binance.vision", "testnet"),
      entry("api1.testnet.binance.vision", "testnet"),
      entry("demo-api.binance.com", "testnet"));

  public static PriceSettings read(SettingsReader reader) {
    var exchange = exchange(reader);
    var speed = reader.number("MARKET_SPEED", 1, MAX_MARKET_SPEED);
    var symbols = symbols(reader);
    return new PriceSettings(
        exchange,
        venue(reader, exchange),
        VENUES.containsKey(exchange.getHost()) ? 1 : speed,
        symbols,
        reader.seconds("REFRESH_INTERVAL_SECONDS", Duration.ofMillis(100), DAY),
        reader.seconds("CACHE_TTL_SECONDS", Duration.ofMillis(100), DAY),
        reader.seconds("PRICE_STALE_GRACE_SECONDS", Duration.ZERO, DAY),
        Duration.ofDays(reader.number("PRICE_RETENTION_DAYS", 1, 36500)),
        Duration.ofDays(reader.number(
            "CANDLE_RETENTION_DAYS",
            MIN_CANDLE_RETENTION,
            36500,
            symbols.size() > FEW_SYMBOLS ? RETENTION_OF_MANY : RETENTION_OF_FEW)),
        egress(reader),
        reader.text("CLUSTER_NAME"),
        FeedSettings.read(reader, exchange));
  }

  /** Returns the gigabytes that the stored minutes take. */
  public long candleGigabytes() {
    return symbols.size() * candleRetention.toMinutes() * BYTES_PER_CANDLE / 1_000_000_000 + 1;
  }

  /** A quote that was not confirmed for longer than this is stale. */
  public Duration staleAfter() {
    return (cacheTtl.compareTo(refreshInterval) > 0 ? cacheTtl : refreshInterval).plus(staleGrace);
  }

  /** Returns the prefix of all keys in Redis. */
  public String redisKeys() {
    return "verticker:" + cluster + ":" + venue + ":";
  }

  /** Returns whether the prices come from a real market. */
  public boolean isRealMarket() {
    return venue.equals(MARKET);
  }

  private static URI exchange(SettingsReader reader) {
    var name = "BINANCE_BASE_URL";
    var uri = reader.uri(name, Set.of("http", "https")).orElse(PUBLIC_DATA);
    var published = "https".equals(uri.getScheme()) && VENUES.containsKey(uri.getHost());
    if (!reader.development() && !published) {
      reader.error(
          name,
          "must be https and one of Binance's REST hosts outside development, such as https://data-api.binance.vision",
          SettingsReader.withoutUserInfo(uri));
    }
    return uri;
  }

  static String egress(SettingsReader reader) {
    var name = "BINANCE_EGRESS";
    var egress = reader.optional(name).orElse("");
    if (!egress.matches("[0-9A-Za-z._:-]{0,64}")) {
      reader.error(name, "must have at most 64 letters, digits and the characters . _ : -", egress);
    }
    return egress;
  }

  /** A host that is not Binance's is a simulator. */
  private static String venue(SettingsReader reader, URI exchange) {
    var simulator = reader.oneOf("BINANCE_VENUE", List.of("simulated", "replayed"));
    return VENUES.getOrDefault(exchange.getHost(), simulator);
  }

  private static List<String> symbols(SettingsReader reader) {
    var symbols = reader.list("SYMBOLS");
    if (symbols.isEmpty() || symbols.size() > MAX_SYMBOLS) {
      reader.error("SYMBOLS", "must be 1 to " + MAX_SYMBOLS + " comma-separated symbols");
    }
    for (var symbol : symbols) {
      if (symbol.length() > MAX_SYMBOL
          || symbol.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '\\')) {
        reader.error(
            "SYMBOLS",
            "each symbol must have at most " + MAX_SYMBOL
                + " characters and no space, quote or backslash",
            symbol);
      }
    }
    return symbols;
  }
}
