package dev.verticker.exchange.binance;

import io.vertx.core.http.WebSocketConnectOptions;
import java.net.URI;
import java.time.Duration;

/**
 * Options of the connections to Binance's streams.
 *
 * @param host URL with scheme ws or wss, without the path of the streams
 * @param rotation a connection is replaced after this time, and up to a twelfth later; Binance closes it after 24 hours
 * @param maxSilence a connection that sent no frame for this time is replaced
 */
public record StreamOptions(URI host, Duration rotation, Duration maxSilence) {
  public static final Duration DEFAULT_MAX_SILENCE = Duration.ofSeconds(5);

  WebSocketConnectOptions target() {
    var ssl = "wss".equals(host.getScheme());
    return new WebSocketConnectOptions()
        .setHost(host.getHost())
        .setPort(host.getPort() > 0 ? host.getPort() : ssl ? 443 : 80)
        .setSsl(ssl)
        .setURI(host.getPath().replaceAll("/+$", "") + "/stream")
        .setTimeout(maxSilence.toMillis())
        .putHeader("user-agent", "verticker");
  }
}
