package dev.verticker.settings;

import java.time.Duration;
import java.util.List;

/**
 * Sockets of browsers, on one node.
 *
 * @param fallbacks whether {@code /eventbus} also works without WebSocket
 * @param most so many may be open
 * @param unsentMegabytes all of them together may be so far behind; beyond it whoever is behind is cut
 * @param silence who takes nothing, or gives no sign of life, for so long is cut
 */
public record SocketSettings(boolean fallbacks, int most, int unsentMegabytes, Duration silence) {
  static SocketSettings read(SettingsReader reader) {
    return new SocketSettings(
        reader.oneOf("SOCKJS_FALLBACKS", List.of("false", "true")).equals("true"),
        reader.number("SOCKETS_MOST", 1, 1_000_000),
        reader.number("SOCKETS_UNSENT_MB", 1, 100_000),
        reader.seconds("SOCKET_SILENCE_SECONDS", Duration.ofSeconds(3), Duration.ofMinutes(10)));
  }
}
