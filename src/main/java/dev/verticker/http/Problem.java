package dev.verticker.http;

import dev.verticker.bus.Failure;
import dev.verticker.bus.RequestId;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * The format of all error responses: RFC 9457 with a stable {@code code}, the id of the request, and the errors in the input.
 * {@code type} is always {@code about:blank}: {@code title} is the name of the status, {@code code} identifies the case.
 */
public final class Problem {
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final String REQUEST_ID = "request_id";

  private final int status;
  private final JsonObject json;

  private Problem(int status, JsonObject json) {
    this.status = status;
    this.json = json;
  }

  /** The problem of a failure; that of a {@link Failure.Gone} contains the position to resume from. */
  public static Problem of(Failure failure) {
    var problem = of(failure.status(), failure.code(), failure.detail());
    if (!failure.errors().isEmpty()) {
      var errors = new JsonArray();
      failure
          .errors()
          .forEach(error -> errors.add(JsonObject.of(
              "pointer", error.pointer(), "code", error.code(), "detail", error.detail())));
      problem.json.put("errors", errors);
    }
    if (failure instanceof Failure.Gone gone) {
      gone.resumeFrom().ifPresent(start -> problem
          .json
          .put("epoch", start.epoch())
          .put("oldest", start.oldest())
          .put("cursor", start.cursor()));
    }
    return problem;
  }

  /**
   * @param code stable, documented, kebab-case
   * @param detail one sentence for a human reader, never the message of an exception
   */
  public static Problem of(int status, String code, String detail) {
    var title = HttpResponseStatus.valueOf(status).reasonPhrase();
    var json = new JsonObject()
        .put("type", "about:blank")
        .put("title", title)
        .put("status", status)
        .put("detail", detail)
        .put("code", code);
    RequestId.current().ifPresent(id -> json.put(REQUEST_ID, id));
    return new Problem(status, json);
  }

  /** Adds the path of the request. */
  public Problem at(String path) {
    json.put("instance", path);
    return this;
  }

  /** Sends the response; the caller sets headers of a status ({@code Retry-After}, {@code Allow}) before. */
  public Future<Void> send(HttpServerResponse response) {
    if (json.containsKey(REQUEST_ID)) {
      response.putHeader("X-Request-Id", json.getString(REQUEST_ID));
    }
    return response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(json.toBuffer());
  }
}
