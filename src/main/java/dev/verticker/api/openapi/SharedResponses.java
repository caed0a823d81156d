package dev.verticker.api.openapi;

import dev.verticker.api.request.RequestValidator;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Adds the error responses that every operation has to a contract, so that no operation repeats them: 400, 413, 414, 422,
 * 431, 500, 503; 401 with a security requirement; 403 with a permission, or for a public operation that changes something;
 * 415 with a request body.
 *
 * <p>A response of the operation itself replaces the shared one, and a component of the contract the one in
 * {@code openapi/shared-responses.yaml}. An operation with {@code x-own-errors} gets
 * only 414 and 431, which the server sends before it knows the operation.
 */
final class SharedResponses {
  private static final String COMPONENTS = "openapi/shared-responses.yaml";
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
  private static final Set<String> SAFE_METHODS = Set.of("get", "head", "options", "trace");
  private static final Map<Integer, String> FOR_EVERY_OPERATION = Map.of(
      400, "Malformed",
      413, "BodyTooLarge",
      422, "Invalid",
      500, "Internal",
      503, "Unavailable");

  /** The server sends them before it knows the operation. */
  private static final Map<Integer, String> BEFORE_EVERY_OPERATION =
      Map.of(414, "UriTooLong", 431, "HeadersTooLarge");

  private SharedResponses() {}

  /** Adds the shared responses to the contract. Blocks. */
  static JsonObject addTo(JsonObject contract) throws IOException {
    var shared = Contract.parse(PackagedFile.read(COMPONENTS).toString());
    var own = contract.getJsonObject("components", new JsonObject());
    contract.put("components", own.copy().mergeIn(shared, 2).mergeIn(own, 2));
    var security = contract.getJsonArray("security", new JsonArray());
    for (var path : contract.getJsonObject("paths", new JsonObject())) {
      for (var member : (JsonObject) path.getValue()) {
        if (METHODS.contains(member.getKey())
            && member.getValue() instanceof JsonObject operation) {
          addResponses(member.getKey(), operation, security);
        }
      }
    }
    return contract;
  }

  private static void addResponses(
      String method, JsonObject operation, JsonArray securityOfContract) {
    if (operation.getBoolean(RequestValidator.OWN_ERRORS, false)) {
      add(operation, BEFORE_EVERY_OPERATION);
      return;
    }
    var names = new LinkedHashMap<>(FOR_EVERY_OPERATION);
    names.putAll(BEFORE_EVERY_OPERATION);
    var security = operation.getJsonArray("security", securityOfContract);
    if (!security.isEmpty()) {
      names.put(401, "Unauthenticated");
    }
    if (admitsAnonymous(security) && !SAFE_METHODS.contains(method)) {
      names.put(403, "OriginNotAllowed");
    }
    if (requiresPermission(security)) {
      names.put(403, "NotAllowed");
    }
    if (operation.containsKey("requestBody")) {
      names.put(415, "UnsupportedMediaType");
    }
    add(operation, names);
  }

  private static void add(JsonObject operation, Map<Integer, String> names) {
    var declared = operation.getJsonObject("responses", new JsonObject());
    var responses = new TreeMap<>(declared.getMap());
    names.forEach((status, name) ->
        responses.putIfAbsent(status.toString(), Map.of("$ref", "#/components/responses/" + name)));
    operation.put("responses", new JsonObject(responses));
  }

  private static boolean admitsAnonymous(JsonArray security) {
    return security.isEmpty()
        || security.stream().anyMatch(alternative -> ((JsonObject) alternative).isEmpty());
  }

  private static boolean requiresPermission(JsonArray security) {
    return security.stream()
        .flatMap(alternative -> ((JsonObject) alternative).stream())
        .anyMatch(scheme -> !((JsonArray) scheme.getValue()).isEmpty());
  }
}
