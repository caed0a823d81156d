package dev.verticker.settings;

import java.time.Duration;
import java.util.List;

/**
 * The public front door.
 *
 * @param corsOrigins exact origins of allowed pages, or {@code *} alone; empty = same origin only
 * @param localPages whether pages of this machine are allowed on any port, in development
 * @param trustedProxies proxies whose {@code X-Forwarded-*} headers are used
 * @param publicData market data without a token
 */
public record UserApiSettings(
    String host,
    int port,
    List<String> corsOrigins,
    boolean localPages,
    List<AddressRange> trustedProxies,
    PublicDataSettings publicData,
    SocketSettings sockets) {
  private static final String ORIGINS = "CORS_ORIGINS";
  private static final String PROXIES = "TRUSTED_PROXIES";
  private static final String ANY = "*";

  /**
   * Access to market data without a token.
   *
   * @param enabled whether there is such access
   * @param requestsPerMinute max requests from one address within a minute, on each node
   * @param socketsPerAddress max sockets from one address, on each node
   */
  public record PublicDataSettings(boolean enabled, int requestsPerMinute, int socketsPerAddress) {
    private static PublicDataSettings read(SettingsReader reader) {
      return new PublicDataSettings(
          reader.flag("PUBLIC_MARKET_DATA"),
          reader.number("PUBLIC_REQUESTS_PER_MINUTE", 1, 1_000_000),
          reader.number("PUBLIC_SOCKETS_PER_ADDRESS", 1, 100_000));
    }
  }

  /**
   * Limits of the sockets on one node.
   *
   * @param fallbacks whether {@code /eventbus} also works without WebSocket
   * @param max max number of open sockets
   * @param maxUnauthenticated max number of open sockets that have not signed in
   * @param maxPerUser max number of open sockets of one user
   * @param maxUnsentMegabytes max unsent data of all sockets; above it slow sockets are closed
   * @param idleTimeout sockets that neither read nor respond for this long are closed
   * @param rebalanceAfter a node with more sockets than its share moves the surplus when the set of nodes has not changed for
   *     this long; zero = never
   */
  public record SocketSettings(
      boolean fallbacks,
      int max,
      int maxUnauthenticated,
      int maxPerUser,
      int maxUnsentMegabytes,
      Duration idleTimeout,
      Duration rebalanceAfter) {
    /** The measured heap of an open socket. */
    private static final long BYTES_PER_SOCKET = 20 * 1024;

    private static final int MAX_SOCKETS = 1_000_000;

    private static SocketSettings read(SettingsReader reader) {
      var heap = Runtime.getRuntime().maxMemory();
      // Half of the heap for sockets, a quarter for unsent data, the rest for everything else.
      var max = reader.number(
          "SOCKETS_MAX", 1, MAX_SOCKETS, (int) Math.min(MAX_SOCKETS, heap / 2 / BYTES_PER_SOCKET));
      return new SocketSettings(
          reader.flag("SOCKJS_FALLBACKS"),
          max,
          reader.number("SOCKETS_UNAUTHENTICATED_MAX", 1, MAX_SOCKETS, Math.max(1, max / 4)),
          reader.number("SOCKETS_PER_USER", 1, MAX_SOCKETS),
          reader.number("SOCKETS_UNSENT_MB", 1, 100_000, (int) Math.max(1, heap / 4 / 1024 / 1024)),
          reader.seconds("SOCKET_SILENCE_SECONDS", Duration.ofSeconds(3), Duration.ofMinutes(10)),
          reader.seconds("SOCKETS_REBALANCE_SECONDS", Duration.ZERO, Duration.ofHours(1)));
    }
  }

  public UserApiSettings {
    corsOrigins = List.copyOf(corsOrigins);
    trustedProxies = List.copyOf(trustedProxies);
  }

  public static UserApiSettings read(SettingsReader reader) {
    return new UserApiSettings(
        reader.host("USER_API_HOST"),
        reader.port("USER_API_PORT"),
        origins(reader),
        reader.development(),
        reader.list(PROXIES).stream().map(text -> network(reader, text)).toList(),
        PublicDataSettings.read(reader),
        SocketSettings.read(reader));
  }

  private static List<String> origins(SettingsReader reader) {
    var origins = reader.list(ORIGINS);
    if (origins.equals(List.of(ANY))) {
      return origins;
    }
    for (var origin : origins) {
      if (!origin.matches(
          "https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+](:[0-9]{1,5})?")) {
        reader.error(
            ORIGINS,
            "each must be an origin without path, such as https://app.example.org, or the whole value *",
            origin);
      }
    }
    return origins;
  }

  private static AddressRange network(SettingsReader reader, String text) {
    return AddressRange.parse(text).orElseGet(() -> {
      reader.error(PROXIES, "each must be an IP address or a network such as 10.0.0.0/8", text);
      return AddressRange.parse("::").orElseThrow();
    });
  }
}
