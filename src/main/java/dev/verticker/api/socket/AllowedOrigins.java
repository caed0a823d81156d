package dev.verticker.api.socket;

import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * The pages that may open a socket: those of the server's own origin and of the origins that CORS allows. A client that sends no
 * Origin is not a browser and may connect.
 */
final class AllowedOrigins {
  private static final String SANDBOX = "null";

  private final Cors cors;
  private final ClientAddresses addresses;

  AllowedOrigins(Cors cors, ClientAddresses addresses) {
    this.cors = cors;
    this.addresses = addresses;
  }

  boolean allow(HttpServerRequest request) {
    return request.headers().getAll(HttpHeaders.ORIGIN).stream()
        .allMatch(origin -> !origin.equals(SANDBOX)
            && (origin.equalsIgnoreCase(addresses.origin(request)) || cors.allows(origin)));
  }
}
