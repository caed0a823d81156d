package dev.verticker.api.socket;

import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Which pages may open a socket: those of our own origin, and those that may ask the API. Whoever is no browser may too. */
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
