package dev.verticker.api.auth;

import dev.verticker.api.openapi.Authenticator;
import dev.verticker.api.request.Caller;
import dev.verticker.bus.Failure;
import dev.verticker.settings.Secret;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * Authenticates callers by a named key in a header, {@code X-API-Key} by default. The response time reveals nothing about the
 * keys: digests of equal length are compared in constant time, and always with all keys.
 */
public final class ApiKeys implements Authenticator {
  private static final List<String> DEFAULT_HEADERS = List.of("X-API-Key");

  private record ApiKey(Caller caller, byte[] digest) {}

  private final List<ApiKey> keys;
  private final List<String> headers;

  /** @param secrets keys by name; logs and metrics contain the name, never the key */
  public ApiKeys(Map<String, Secret> secrets) {
    this(secrets, DEFAULT_HEADERS);
  }

  /** @param headers the headers in which a caller may send the key; in several of them only the same one */
  public ApiKeys(Map<String, Secret> secrets, List<String> headers) {
    this.headers = List.copyOf(headers);
    this.keys = secrets.entrySet().stream()
        .map(entry -> new ApiKey(entry::getKey, Secret.sha256(entry.getValue().bytes())))
        .toList();
  }

  @Override
  public Future<Caller> authenticate(HttpServerRequest request, Requirement requirement) {
    var sent = headers.stream()
        .flatMap(header -> request.headers().getAll(header).stream())
        // Clients that send the key in one of the headers may leave another one empty.
        .filter(key -> headers.size() == 1 || !key.isEmpty())
        .toList();
    var names = String.join(" or ", headers);
    if (sent.isEmpty()) {
      return unauthenticated(
          "api-key-missing", "Missing API key: send it in the " + names + " header.");
    }
    if (sent.size() > headers.size() || sent.stream().distinct().count() > 1) {
      return unauthenticated("api-key-repeated", "Repeated API key: send " + names + " once.");
    }
    var caller = owner(sent.get(0));
    return caller == null
        ? unauthenticated("api-key-wrong", "Invalid API key in the " + names + " header.")
        : Future.succeededFuture(caller);
  }

  @Override
  public String challenge(Failure.Unauthenticated failure) {
    return "ApiKey realm=\"verticker\"";
  }

  private Caller owner(String sent) {
    // A header value has one character per byte.
    var digest = Secret.sha256(sent.getBytes(StandardCharsets.ISO_8859_1));
    Caller owner = null;
    for (var key : keys) {
      if (MessageDigest.isEqual(key.digest(), digest)) {
        owner = key.caller();
      }
    }
    return owner;
  }

  private static Future<Caller> unauthenticated(String code, String detail) {
    return Future.failedFuture(new Failure.Unauthenticated(code, detail));
  }
}
