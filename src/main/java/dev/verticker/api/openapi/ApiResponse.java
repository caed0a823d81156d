package dev.verticker.api.openapi;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A successful response of an operation.
 *
 * @param headers replace the default headers of the response
 * @param body null without a body
 */
public record ApiResponse(int status, Map<String, String> headers, Buffer body) {
  public ApiResponse {
    headers = Collections.unmodifiableMap(headers);
  }

  /** Creates a 200 response with encoded JSON. */
  public static ApiResponse json(Buffer body) {
    return json(200, body);
  }

  /** Creates a response with encoded JSON. */
  public static ApiResponse json(int status, Buffer body) {
    return new ApiResponse(status, Map.of("Content-Type", "application/json"), body);
  }

  /** Creates a 204 response. */
  public static ApiResponse noContent() {
    return new ApiResponse(204, Map.of(), null);
  }

  /** Creates a 304 response: the client has the current representation. */
  public static ApiResponse notModified() {
    return new ApiResponse(304, Map.of(), null);
  }

  /** Returns a copy of this response with this header. */
  public ApiResponse with(String name, String value) {
    var copy = new LinkedHashMap<>(headers);
    copy.put(name, value);
    return new ApiResponse(status, copy, body);
  }

  /** Writes this response, without its body for {@code HEAD}. */
  public void write(RoutingContext context) {
    var response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response.setStatusCode(status).headers().remove(OperationHandler.CHALLENGE);
    headers.forEach(response::putHeader);
    if (body == null) {
      response.end();
    } else if (context.request().method() == HttpMethod.HEAD) {
      response
          .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
          .end();
    } else {
      response.end(body);
    }
  }
}
