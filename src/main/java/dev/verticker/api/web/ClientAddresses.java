package dev.verticker.api.web;

import dev.verticker.settings.AddressRange;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Where a request comes from. Anybody can write {@code X-Forwarded-For}; so it is read from its end, one entry per trusted
 * proxy, and only while the one that sent it is trusted.
 */
public final class ClientAddresses {
  private static final String HEADER = "X-Forwarded-For";
  private static final String NOWHERE = "";

  private final List<AddressRange> proxies;

  private ClientAddresses(List<AddressRange> proxies) {
    this.proxies = proxies;
  }

  /** @param proxies networks of the proxies that overwrite or extend the header */
  public static ClientAddresses behind(List<AddressRange> proxies) {
    return new ClientAddresses(List.copyOf(proxies));
  }

  public static ClientAddresses direct() {
    return new ClientAddresses(List.of());
  }

  /** IP address as text; empty when the connection has none. */
  public String of(HttpServerRequest request) {
    // The connection's: the request would first look for what proxies say, in headers nobody may
    // trust yet.
    var address = request.connection().remoteAddress();
    var remote = address == null ? null : address.hostAddress();
    if (remote == null) {
      return NOWHERE;
    }
    if (!request.headers().contains(HEADER)) {
      return remote;
    }
    var hops = String.join(",", request.headers().getAll(HEADER)).split(",");
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

  /** The origin under which the client reached us: what a trusted proxy says of it, else what the request says itself. */
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
