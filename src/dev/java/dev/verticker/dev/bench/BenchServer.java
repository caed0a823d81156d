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
 * A running server that answers both endpoints.
 *
 * @param prices base URL of the one, without a path
 * @param users base URL of the other
 * @param startSeconds until it first answered
 */
record BenchServer(
    String name, CpuPinning process, String prices, String users, double startSeconds)
    implements AutoCloseable {
  /** Some servers answer an offer of HTTP/2 with 400. */
  static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** What is asked of everybody. */
  enum Endpoint {
    PRICE,
    USER
  }

  /** @param header name, colon, value */
  record Question(Endpoint endpoint, String path, String header) {}

  String url(Question question) {
    return (question.endpoint() == Endpoint.PRICE ? prices : users) + question.path();
  }

  /** What it answers, with all that two servers may say differently taken out: order, spelling of a time, age. */
  Object answer(Question question) throws IOException, InterruptedException {
    var header = question.header().split(": ");
    var request = HttpRequest.newBuilder(URI.create(url(question)))
        .header(header[0], header[1])
        .build();
    var answer = HTTP.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(name + " answers " + answer.statusCode() + " to "
          + question.path() + ": " + answer.body());
    }
    return comparable(Json.decodeValue(answer.body()));
  }

  private static Object comparable(Object value) {
    if (value instanceof JsonArray array) {
      return array.stream().map(BenchServer::comparable).toList();
    }
    if (value instanceof JsonObject object) {
      var fields = new TreeMap<String, Object>();
      object.forEach(field -> fields.put(
          field.getKey(),
          field.getKey().equals("age_ms")
              ? "an age"
              : String.valueOf(comparable(field.getValue()))));
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
