package dev.verticker.dev.bench;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.TreeMap;

/**
 * A running server with both endpoints.
 *
 * @param prices base URL of the price endpoint
 * @param users base URL of the user endpoint
 * @param startSeconds time to the first response
 */
record BenchServer(
    String name, CpuPinning process, String prices, String users, double startSeconds)
    implements AutoCloseable {
  /** Some servers respond to an offer of HTTP/2 with 400. */
  static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The compared endpoints. */
  enum Endpoint {
    PRICE,
    USER
  }

  /** @param header as {@code name: value} */
  record BenchRequest(Endpoint endpoint, String path, String header) {}

  String url(BenchRequest benched) {
    return (benched.endpoint() == Endpoint.PRICE ? prices : users) + benched.path();
  }

  /** The response body, normalized: without the order of keys, the format of times, and ages. */
  Object normalizedResponse(BenchRequest benched) throws IOException, InterruptedException {
    var header = benched.header().split(": ");
    var request = HttpRequest.newBuilder(URI.create(url(benched)))
        .header(header[0], header[1])
        .build();
    var response = HTTP.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(name + " responds with " + response.statusCode() + " to "
          + benched.path() + ": " + response.body());
    }
    return normalize(Json.decodeValue(response.body()));
  }

  private static Object normalize(Object value) {
    if (value instanceof JsonArray array) {
      return array.stream().map(BenchServer::normalize).toList();
    }
    if (value instanceof JsonObject object) {
      var fields = new TreeMap<String, Object>();
      object.forEach(field -> fields.put(
          field.getKey(),
          field.getKey().equals("age_ms")
              ? "an age"
              : String.valueOf(normalize(field.getValue()))));
      return fields;
    }
    if (value instanceof String text) {
      try {
        return OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException e) {
        return '"' + text + '"';
      }
    }
    return value;
  }

  @Override
  public void close() {
    process.close();
  }
}
