package dev.verticker.settings;

import static java.util.Map.entry;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How live market data is received.
 *
 * @param streaming whether streams deliver it; otherwise it is polled only
 * @param host URL of the streams with scheme ws or wss, without their path
 * @param rotation a connection is replaced after this time, before the exchange closes it
 */
public record FeedSettings(boolean streaming, URI host, Duration rotation) {
  private static final String URL = "BINANCE_STREAM_URL";
  private static final URI MARKET = URI.create("wss://stream.binance.com:9443");
  private static final URI PUBLIC_DATA = URI.create("wss://data-stream.binance.vision");
  private static final URI TESTNET = URI.create("wss://stream.testnet.binance.vision");
  private static final URI DEMO = URI.create("wss://demo-stream.binance.com");

  /** Binance closes a connection after 24 hours, and a rotation may be a twelfth later. */
  private static final Duration MAX_ROTATION = Duration.ofHours(22);

  /** The stream host of each REST host: "WebSocket Streams", "testnet" and "demo mode" of binance-spot-api-docs. */
  private static final Map<String, URI> HOSTS = Map.ofEntries(
      entry("api.binance.com", MARKET),
      entry("api-gcp.binance.com", MARKET),
      entry("api1.binance.com", MARKET),
      entry("api2.binance.com", MARKET),
      entry("api3.binance.com", MARKET),
      entry("api4.binance.com", MARKET),
      entry("data-api.binance.vision", PUBLIC_DATA),
      entry("testnet.binance.vision", TESTNET),
      entry("api1.testnet.binance.vision", TESTNET),
      entry("demo-api.binance.com", DEMO));

  static FeedSettings read(SettingsReader reader, URI exchange) {
    return new FeedSettings(
        reader.oneOf("FEED", List.of("stream", "poll")).equals("stream"),
        host(reader, exchange),
        reader.seconds("FEED_ROTATION", Duration.ofSeconds(1), MAX_ROTATION));
  }

  private static URI host(SettingsReader reader, URI exchange) {
    var host = reader.uri(URL, Set.of("ws", "wss"));
    if (host.isEmpty()) {
      return belongingTo(exchange);
    }
    if (!reader.development() && !isMarketOf(exchange, host.get())) {
      reader.error(
          URL,
          "must be the wss URL of the stream host that belongs to BINANCE_BASE_URL outside development, such as "
              + belongingTo(exchange),
          SettingsReader.withoutUserInfo(host.get()));
    }
    return host.get();
  }

  /** Returns the stream host of a REST host; of an unknown one the same host and port. */
  private static URI belongingTo(URI exchange) {
    var known = HOSTS.get(exchange.getHost());
    return known != null
        ? known
        : URI.create(("https".equals(exchange.getScheme()) ? "wss://" : "ws://")
            + exchange.getRawAuthority());
  }

  /** Accepts the public data host for the trading host and vice versa, because both stream the same market. */
  private static boolean isMarketOf(URI exchange, URI host) {
    var expected = belongingTo(exchange).getHost();
    var market = Set.of(MARKET.getHost(), PUBLIC_DATA.getHost());
    return "wss".equals(host.getScheme())
        && (expected.equals(host.getHost())
            || market.contains(expected) && market.contains(host.getHost()));
  }
}
