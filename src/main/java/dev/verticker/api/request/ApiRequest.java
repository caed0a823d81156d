package dev.verticker.api.request;

import dev.verticker.bus.Failure;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A validated request: each parameter is decoded, has the type that the contract declares, and satisfies its schema. A
 * handler can read only declared parameters, each with the method for its type.
 *
 * @param rawPath the percent-encoded path
 * @param clientAddress resolves the address when an operation needs it
 * @param userAgent the {@code User-Agent} header, which can contain any text; null without one
 * @param parameters the values by location and name, such as {@code query/limit}
 * @param body the JSON object or the fields of the form; null without a body
 */
public record ApiRequest(
    String rawPath,
    Caller caller,
    Supplier<String> clientAddress,
    String userAgent,
    Map<String, Object> parameters,
    JsonObject body) {
  private static final long DEFAULT_LIMIT = 100;

  /** Returns whether the caller sent no credentials. */
  public boolean isAnonymous() {
    return caller == Caller.ANONYMOUS;
  }

  /** Returns the IP address of the client, from {@code X-Forwarded-For} only behind a trusted proxy; empty if unknown. */
  public String address() {
    return clientAddress.get();
  }

  /** Returns a path parameter declared as {@code string}. */
  public String path(String name) {
    return (String) parameters.get(RequestValidator.PATH + name);
  }

  /** Returns a path parameter declared as {@code integer}. */
  public long pathNumber(String name) {
    return (Long) parameters.get(RequestValidator.PATH + name);
  }

  /** Returns a query parameter declared as {@code string}. */
  public Optional<String> query(String name) {
    return Optional.ofNullable((String) parameters.get(RequestValidator.QUERY + name));
  }

  /** Returns a query parameter declared as {@code integer}. */
  public Optional<Long> queryNumber(String name) {
    return Optional.ofNullable((Long) parameters.get(RequestValidator.QUERY + name));
  }

  /** Returns the query parameter {@code limit} of a paged operation; default 100. */
  public int pageLimit() {
    return queryNumber("limit").orElse(DEFAULT_LIMIT).intValue();
  }

  /**
   * Returns the {@code Link} header for the next page.
   *
   * @param cursor the query parameter that continues after {@code value}
   * @param kept query parameters that the next page repeats
   */
  public String nextPage(String cursor, Object value, String... kept) {
    var query = new StringBuilder("?limit=" + pageLimit());
    for (var name : kept) {
      var sent = parameters.get(RequestValidator.QUERY + name);
      if (sent != null) {
        query.append('&').append(name).append('=').append(urlEncode(sent.toString()));
      }
    }
    return "<" + rawPath + query + "&" + cursor + "=" + value + ">; rel=\"next\"";
  }

  private static String urlEncode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /**
   * Returns a query parameter declared as {@code date-time}; null without one. Throws {@link Failure.Invalid} for a date that
   * does not exist.
   */
  public Instant queryTime(String name) {
    try {
      return query(name)
          .map(OffsetDateTime::parse)
          .map(OffsetDateTime::toInstant)
          .orElse(null);
    } catch (DateTimeException e) {
      // The pattern of the contract accepts impossible dates, such as 31 June.
      throw Failure.Invalid.of(RequestValidator.QUERY + name, "format", "Must be a date-time.");
    }
  }

  /** Returns a query parameter declared as {@code boolean}. */
  public Optional<Boolean> queryFlag(String name) {
    return Optional.ofNullable((Boolean) parameters.get(RequestValidator.QUERY + name));
  }

  /** Returns a query parameter declared as an array of strings; the client separates them by commas. */
  public Optional<List<String>> queryList(String name) {
    return Optional.ofNullable((StringList) parameters.get(RequestValidator.QUERY + name))
        .map(StringList::values);
  }

  /** Returns all query parameters, decoded but not validated, of an operation with {@code x-own-errors}. */
  @SuppressWarnings("unchecked")
  public Map<String, List<String>> uncheckedQuery() {
    return (Map<String, List<String>>) parameters.get(RequestValidator.QUERY);
  }

  /** Returns a header parameter. */
  public Optional<String> header(String name) {
    return Optional.ofNullable((String) parameters.get(RequestValidator.HEADER + name));
  }

  record StringList(List<String> values) {}
}
