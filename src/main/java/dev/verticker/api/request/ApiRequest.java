package dev.verticker.api.request;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A validated request: each value was decoded once, has the declared type and satisfies its schema. A handler reads only
 * parameters that the contract declares, with their declared types.
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

  public Caller caller() {
    return caller;
  }

  /** IP address of the client as far as it can be trusted; empty without one. */
  public String address() {
    return address;
  }

  /** The {@code User-Agent} header; any text. */
  public Optional<String> userAgent() {
    return Optional.ofNullable(userAgent);
  }

  /** A path parameter. */
  public String path(String name) {
    return (String) parameters.get(RequestValidator.PATH + name);
  }

  /** A path parameter declared as {@code integer}. */
  public long pathNumber(String name) {
    return (Long) parameters.get(RequestValidator.PATH + name);
  }

  /** A query parameter declared as {@code string}. */
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

  /** A header parameter. */
  public Optional<String> header(String name) {
    return Optional.ofNullable((String) parameters.get(RequestValidator.HEADER + name));
  }

  /** The JSON object or the fields of the form; null without a body. */
  public JsonObject body() {
    return body;
  }

  record Texts(List<String> values) {}
}
