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
 * The format of all error responses: RFC 9457 with a stable {@code code}. Null and empty members are omitted.
 *
 * @param type always {@code about:blank}: {@code title} is the name of the status, {@code code} tells cases apart
 * @param detail one sentence for a human reader, never the message of an exception
 * @param instance path of the request; null if it could not be parsed
 * @param code stable, documented, kebab-case
 * @param requestId to find the request in the logs; null outside a request
 * @param errors faults in the input
 * @param epoch of a 410: the epoch from which the client can resume; otherwise null
 * @param oldest of a 410: the oldest available sequence in that epoch; otherwise null
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

  /** This problem with the path of the request. */
  public Problem at(String path) {
    return new Problem(type, title, status, detail, path, code, requestId, errors, epoch, oldest);
  }

  public Buffer encode() {
    try {
      return Buffer.buffer(MAPPER.writeValueAsBytes(this));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot encode a problem as JSON", e);
    }
  }

  /** Sends the response; the caller sets headers of a status ({@code Retry-After}, {@code Allow}) before. */
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
