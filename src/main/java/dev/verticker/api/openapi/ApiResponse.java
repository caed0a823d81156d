package dev.verticker.api.openapi;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an operation answers when it succeeds.
 *
 * @param headers beyond those every answer has; they win over them
 * @param body null when there is none
 */
public record ApiResponse(int status, Map<String, String> headers, Buffer body) {
  public ApiResponse {
    headers = Map.copyOf(headers);
  }

  /** 200 with JSON that is already encoded. */
  public static ApiResponse json(Buffer body) {
    return json(200, body);
  }

  public static ApiResponse json(int status, Buffer body) {
    return new ApiResponse(status, Map.of("Content-Type", "application/json"), body);
  }

  /** 204. */
  public static ApiResponse nothing() {
    return new ApiResponse(204, Map.of(), null);
  }

  /** 304: what the client has is still right. */
  public static ApiResponse notModified() {
    return new ApiResponse(304, Map.of(), null);
  }

  /** The same answer with one more header. */
  public ApiResponse with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new ApiResponse(status, more, body);
  }
}
