package dev.verticker.api.socket;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One event for any number of sockets, written once per framing.
 *
 * @param topic null when it belongs to none
 */
record Frame(String topic, Text plain, Text bridged) {
  /** @param bytes in UTF-8 */
  record Text(String text, int bytes) {
    static Text of(String text) {
      return new Text(text, text.getBytes(StandardCharsets.UTF_8).length);
    }
  }

  /** @param json an object */
  static Frame of(String topic, String json) {
    var bridged = "{\"type\":\"rec\",\"address\":" + Json.encode(topic) + ",\"body\":" + json + "}";
    return new Frame(topic, Text.of(json), Text.of(bridged));
  }

  static Frame of(String topic, JsonObject json) {
    return of(topic, json.encode());
  }
}
