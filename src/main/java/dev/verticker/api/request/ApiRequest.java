package dev.verticker.api.request;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A validated request: each value was decoded once, has the declared type and satisfies its schema. A handler reads only
 * parameters that the contract declares, with their declared types.
 *
 * @param rawPath the path as the client sent it, percent-encoded
 * @param address IP address of the client as far as it can be trusted; empty without one
 * @param userAgent the {@code User-Agent} header; any text, null without one
 * @param parameters by location and name, such as {@code query/limit}
 * @param body the JSON object or the fields of the form; null without a body
 */
public record ApiRequest(
    String rawPath,
    Caller caller,
    String address,
    String userAgent,
    Map<String, Object> parameters,
    JsonObject body) {
  private static final long DEFAULT_LIMIT = 100;

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
  public Optional<Long> queryNumber(String name) {
    return Optional.ofNullable((Long) parameters.get(RequestValidator.QUERY + name));
  }

  /** The query parameter {@code limit} of a paged operation; 100 without one. */
  public int pageLimit() {
    return queryNumber("limit").orElse(DEFAULT_LIMIT).intValue();
  }

  /**
   * The value of a {@code Link} header for the next page.
   *
   * @param cursor the query parameter that continues after {@code value}
   * @param kept query parameters of this request that the next one repeats
   */
  public String nextPage(String cursor, Object value, String... kept) {
    var query = new StringBuilder("?limit=" + pageLimit());
    for (var name : kept) {
      query(name)
          .ifPresent(sent -> query.append('&').append(name).append('=').append(encoded(sent)));
    }
    return "<" + rawPath + query + "&" + cursor + "=" + value + ">; rel=\"next\"";
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
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

  record Texts(List<String> values) {}
}
