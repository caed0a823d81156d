package dev.verticker.api.http;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an operation answers when it succeeds.
 *
 * @param headers beyond those every answer has; they win over them
 * @param body null when there is none
 */
public record Answer(int status, Map<String, String> headers, Buffer body) {
  public Answer {
    headers = Map.copyOf(headers);
  }

  /** 200 with JSON that is already encoded. */
  public static Answer json(Buffer body) {
    return json(200, body);
  }

  public static Answer json(int status, Buffer body) {
    return new Answer(status, Map.of("Content-Type", "application/json"), body);
  }

  /** 204. */
  public static Answer nothing() {
    return new Answer(204, Map.of(), null);
  }

  /** 304: what the client has is still right. */
  public static Answer notModified() {
    return new Answer(304, Map.of(), null);
  }

  /** The same answer with one more header. */
  public Answer with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body);
  }
}
