package dev.verticker.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.bus.Failure;
import dev.verticker.bus.RequestId;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Optional;

/**
 * The one shape of every refusal: RFC 9457 with a stable {@code code}. What is null or empty is left out.
 *
 * @param type always {@code about:blank}: {@code title} is the name of the status, {@code code} tells cases apart
 * @param detail one sentence for a human, never an exception's text
 * @param instance path of the request; null when it could not be read
 * @param code stable, documented, kebab-case
 * @param requestId finds the request in the logs; null outside a request
 * @param errors what is wrong with which part of the input
 * @param epoch where whoever reads on can begin again; null for every refusal but a 410 that says so
 * @param oldest sequence still kept in that epoch; null without it
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({
  "type",
  "title",
  "status",
  "detail",
  "instance",
  "code",
  "request_id",
  "errors",
  "epoch",
  "oldest"
})
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    String code,
    @JsonProperty("request_id") String requestId,
    List<Failure.Error> errors,
    String epoch,
    Long oldest) {
  public static final String MEDIA_TYPE = "application/problem+json";

  private static final JsonMapper MAPPER = new JsonMapper();

  public Problem {
    errors = List.copyOf(errors);
  }

  public static Problem of(Failure failure) {
    var start = failure instanceof Failure.Gone gone
        ? gone.start()
        : Optional.<Failure.Gone.ResumeFrom>empty();
    return of(failure.status(), failure.code(), failure.detail(), failure.errors(), start);
  }

  public static Problem of(int status, String code, String detail) {
    return of(status, code, detail, List.of(), Optional.empty());
  }

  private static Problem of(
      int status,
      String code,
      String detail,
      List<Failure.Error> errors,
      Optional<Failure.Gone.ResumeFrom> start) {
    return new Problem(
        "about:blank",
        HttpResponseStatus.valueOf(status).reasonPhrase(),
        status,
        detail,
        null,
        code,
        RequestId.current().orElse(null),
        errors,
        start.map(Failure.Gone.ResumeFrom::epoch).orElse(null),
        start.map(Failure.Gone.ResumeFrom::oldest).orElse(null));
  }

  /** The same problem, met at this path. */
  public Problem at(String path) {
    return new Problem(type, title, status, detail, path, code, requestId, errors, epoch, oldest);
  }

  public Buffer encode() {
    try {
      return Buffer.buffer(MAPPER.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a problem is always JSON", e);
    }
  }

  /** Answers with this; headers that belong to a status ({@code Retry-After}, {@code Allow}) are the caller's. */
  public Future<Void> send(HttpServerResponse response) {
    if (requestId != null) {
      response.putHeader("X-Request-Id", requestId);
    }
    return response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(encode());
  }
}
