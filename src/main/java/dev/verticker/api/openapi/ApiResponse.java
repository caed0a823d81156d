package dev.verticker.api.openapi;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A successful response of an operation.
 *
 * @param headers override the headers that every response has
 * @param body null for a response without one
 */
public record ApiResponse(int status, Map<String, String> headers, Buffer body) {
  public ApiResponse {
    headers = Map.copyOf(headers);
  }

  /** 200 with encoded JSON. */
  public static ApiResponse json(Buffer body) {
    return json(200, body);
  }

  /** A response with encoded JSON. */
  public static ApiResponse json(int status, Buffer body) {
    return new ApiResponse(status, Map.of("Content-Type", "application/json"), body);
  }

  /** 204 without a body. */
  public static ApiResponse noContent() {
    return new ApiResponse(204, Map.of(), null);
  }

  /** 304: the representation of the client is current. */
  public static ApiResponse notModified() {
    return new ApiResponse(304, Map.of(), null);
  }

  /** A copy of this response with one more header. */
  public ApiResponse with(String name, String value) {
    var all = new LinkedHashMap<>(headers);
    all.put(name, value);
    return new ApiResponse(status, all, body);
  }

  /** Writes this response, without its body for {@code HEAD}. */
  public void write(RoutingContext context) {
    var response = context.response();
    if (response.closed()) {
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
