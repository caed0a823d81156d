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
 * Named keys in {@code X-API-ApiKey}. The time a refusal takes says nothing about any key: digests of equal length are
 * compared, each with all of its bytes, and always all of them.
 */
public final class ApiKeys implements Authenticator {
  private static final String HEADER = "X-API-Key";

  private record ApiKey(Caller caller, byte[] digest) {}

  private final List<ApiKey> keys;

  /** @param secrets name to key; the name goes into logs and metrics, the key nowhere */
  public ApiKeys(Map<String, Secret> secrets) {
    this.keys = secrets.entrySet().stream()
        .map(entry -> new ApiKey(entry::getKey, Secret.sha256(entry.getValue().bytes())))
        .toList();
  }

  @Override
  public Future<Caller> admit(HttpServerRequest request, Wanted wanted) {
    var sent = request.headers().getAll(HEADER);
    if (sent.isEmpty()) {
      return refused("api-key-missing", "A key is wanted in " + HEADER + ".");
    }
    if (sent.size() > 1) {
      return refused("api-key-repeated", HEADER + " must be sent once.");
    }
    var caller = owner(sent.get(0));
    return caller == null
        ? refused("api-key-wrong", "The key in " + HEADER + " is not valid.")
        : Future.succeededFuture(caller);
  }

  @Override
  public String challenge(Failure.Unauthenticated failure) {
    return "ApiKey realm=\"verticker\"";
  }

  private Caller owner(String sent) {
    // Header values arrive as one character per byte.
    var digest = Secret.sha256(sent.getBytes(StandardCharsets.ISO_8859_1));
    Caller owner = null;
    for (var key : keys) {
      if (MessageDigest.isEqual(key.digest(), digest)) {
        owner = key.caller();
      }
    }
    return owner;
  }

  private static Future<Caller> refused(String code, String detail) {
    return Future.failedFuture(new Failure.Unauthenticated(code, detail));
  }
}
