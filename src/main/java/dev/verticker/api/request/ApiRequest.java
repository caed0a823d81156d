package dev.verticker.api.request;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request that keeps the contract: each value was decoded once, has the declared type and satisfies its schema. Asking
 * for a parameter the contract does not declare, or as another type, is a fault of the program.
 */
public final class ApiRequest {
  private final String rawPath;
  private final Caller caller;
  private final String address;
  private final String userAgent;
  private final Map<String, Object> parameters;
  private final JsonObject body;

  ApiRequest(
      String rawPath,
      Caller caller,
      String address,
      String userAgent,
      Map<String, Object> parameters,
      JsonObject body) {
    this.rawPath = rawPath;
    this.caller = caller;
    this.address = address;
    this.userAgent = userAgent;
    this.parameters = parameters;
    this.body = body;
  }

  /** The path as the client sent it, percent-encoded. */
  public String rawPath() {
    return rawPath;
  }

  /** Who asks. */
  public Caller caller() {
    return caller;
  }

  /** IP address of the client, as far as it can be trusted; empty when there is none. */
  public String address() {
    return address;
  }

  /** What the client calls itself, any text. */
  public Optional<String> userAgent() {
    return Optional.ofNullable(userAgent);
  }

  /** A parameter of the path. */
  public String path(String name) {
    return (String) parameters.get(RequestValidator.PATH + name);
  }

  /** A parameter of the path declared as {@code integer}. */
  public long pathNumber(String name) {
    return (Long) parameters.get(RequestValidator.PATH + name);
  }

  public Optional<String> query(String name) {
    return Optional.ofNullable((String) parameters.get(RequestValidator.QUERY + name));
  }

  /** A query parameter declared as {@code integer}. */
  public OptionalLong queryNumber(String name) {
    var number = (Long) parameters.get(RequestValidator.QUERY + name);
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** A query parameter declared as {@code boolean}. */
  public Optional<Boolean> queryFlag(String name) {
    return Optional.ofNullable((Boolean) parameters.get(RequestValidator.QUERY + name));
  }

  /** A query parameter declared as an array of strings, separated by commas. */
  public Optional<List<String>> queryList(String name) {
    return Optional.ofNullable((Texts) parameters.get(RequestValidator.QUERY + name))
        .map(Texts::values);
  }

  /** A header that the contract declares as a parameter. */
  public Optional<String> header(String name) {
    return Optional.ofNullable((String) parameters.get(RequestValidator.HEADER + name));
  }

  /** The JSON object or form that was sent; null when the operation takes none or it was left out. */
  public JsonObject body() {
    return body;
  }

  record Texts(List<String> values) {}
}
