package dev.verticker.settings;

import java.util.List;

/**
 * The front door for everybody.
 *
 * @param corsOrigins exact origins whose pages may ask, or {@code *} alone; empty = only pages of our own
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 */
public record UserApiSettings(
    String host,
    int port,
    List<String> corsOrigins,
    List<AddressRange> trustedProxies,
    SocketSettings sockets) {
  private static final String ORIGINS = "CORS_ORIGINS";
  private static final String PROXIES = "TRUSTED_PROXIES";
  private static final String EVERYBODY = "*";

  public UserApiSettings {
    corsOrigins = List.copyOf(corsOrigins);
    trustedProxies = List.copyOf(trustedProxies);
  }

  public static UserApiSettings read(SettingsReader reader) {
    return new UserApiSettings(
        reader.host("USER_API_HOST"),
        reader.port("USER_API_PORT"),
        origins(reader),
        reader.list(PROXIES).stream().map(text -> network(reader, text)).toList(),
        SocketSettings.read(reader));
  }

  private static List<String> origins(SettingsReader reader) {
    var origins = reader.list(ORIGINS);
    if (origins.equals(List.of(EVERYBODY))) {
      return origins;
    }
    for (var origin : origins) {
      if (!origin.matches(
          "https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+](:[0-9]{1,5})?")) {
        reader.fault(
            ORIGINS,
            "each must be an origin as browsers write it, such as https://app.example.org, or all of it *",
            origin);
      }
    }
    return origins;
  }

  private static AddressRange network(SettingsReader reader, String text) {
    return AddressRange.parse(text).orElseGet(() -> {
      reader.fault(PROXIES, "each must be an IP address or a network such as 10.0.0.0/8", text);
      return AddressRange.parse("::").orElseThrow();
    });
  }
}
