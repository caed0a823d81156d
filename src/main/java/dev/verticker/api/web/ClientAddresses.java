package dev.verticker.api.web;

import dev.verticker.settings.AddressRange;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Resolves the client address of a request. Any client can send {@code X-Forwarded-For}, so it is read from its end, one
 * entry per proxy, and only as long as the sender of the entry is a trusted proxy.
 */
public final class ClientAddresses {
  private static final CharSequence HEADER = HttpHeaders.createOptimized("X-Forwarded-For");

  private final List<AddressRange> proxies;

  /** @param proxies addresses of the proxies that overwrite or extend the header */
  public ClientAddresses(List<AddressRange> proxies) {
    this.proxies = List.copyOf(proxies);
  }

  /** The IP address of the client as {@link AddressRange#canonical} text; empty if the connection has none. */
  public String of(HttpServerRequest request) {
    return AddressRange.canonical(address(request));
  }

  private String address(HttpServerRequest request) {
    // The address of the connection: HttpServerRequest trusts the headers of any proxy.
    var address = request.connection().remoteAddress();
    var remote = address == null ? null : address.hostAddress();
    if (remote == null) {
      return "";
    }
    var sent = request.headers().getAll(HEADER);
    if (sent.isEmpty()) {
      return remote;
    }
    var hops = String.join(",", sent).split(",");
    var client = remote;
    for (var hop = hops.length - 1; hop >= 0 && isTrusted(client); hop--) {
      var before = hops[hop].strip();
      if (!AddressRange.isAddress(before)) {
        return client;
      }
      client = before;
    }
    return client;
  }

  /** The origin that the client requested: as reported by a trusted proxy, otherwise from the request itself. */
  public String origin(HttpServerRequest request) {
    var remote = request.remoteAddress();
    var proxied = remote != null && remote.hostAddress() != null && isTrusted(remote.hostAddress());
    var scheme = proxied ? request.getHeader("X-Forwarded-Proto") : null;
    var host = proxied ? request.getHeader("X-Forwarded-Host") : null;
    return (scheme == null ? request.scheme() : scheme)
        + "://"
        + (host == null ? request.getHeader(HttpHeaders.HOST) : host);
  }

  private boolean isTrusted(String address) {
    return proxies.stream().anyMatch(network -> network.contains(address));
  }
}
