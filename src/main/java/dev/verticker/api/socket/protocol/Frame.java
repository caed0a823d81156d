package dev.verticker.api.socket.protocol;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One message for any number of sockets. Each encoding is created at its first use and cached, so that a message to
 * thousands of sockets is encoded once.
 */
public final class Frame {
  /** A longer text is sent in several WebSocket frames: the largest frame that clients accept by default. */
  private static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  private static final int FINAL = 0x80;
  private static final int TEXT = 0x1;
  private static final int PONG = 0xa;
  private static final int CONTINUATION = 0x0;
  private static final byte LENGTH_16_BITS = 126;
  private static final byte LENGTH_64_BITS = 127;

  /** The topic, or null; without a topic the text is the same in both protocols. */
  private final String topic;

  private final String json;

  /** The same message at the address of a list; null = none. */
  private volatile Frame relayed;

  private volatile byte[] plain;
  private volatile byte[] bridged;
  private volatile byte[] sockJs;

  private Frame(String topic, String json) {
    this.topic = topic;
    this.json = json;
  }

  /** @param json an object, the body of a message of the topic */
  public static Frame of(String topic, String json) {
    return new Frame(topic, json);
  }

  public static Frame of(String topic, JsonObject json) {
    return of(topic, json.encode());
  }

  /** A message of no topic, as its protocol writes it. */
  public static Frame of(JsonObject json) {
    return new Frame(null, json.encode());
  }

  /** Returns the same message for clients that registered another address; frames of one address share their encoding. */
  public Frame at(String address) {
    var known = relayed;
    if (known == null || !known.topic.equals(address)) {
      known = new Frame(address, json);
      relayed = known;
    }
    return known;
  }

  /** The bytes of the answer to a ping, the same in both protocols. @param payload of the ping, at most 125 bytes */
  public static byte[] pong(byte[] payload) {
    return Buffer.buffer(payload.length + 2)
        .appendByte((byte) (PONG | FINAL))
        .appendByte((byte) payload.length)
        .appendBytes(payload)
        .getBytes();
  }

  /** The message without the envelope of a protocol. */
  public String json() {
    return json;
  }

  String text(WireProtocol protocol) {
    return topic == null || protocol == WireProtocol.PLAIN
        ? json
        : "{\"type\":\"rec\",\"address\":" + Json.encode(topic) + ",\"body\":" + json + "}";
  }

  /** The bytes of a WebSocket message. */
  byte[] webSocket(WireProtocol protocol) {
    if (protocol == WireProtocol.PLAIN) {
      if (plain == null) {
        plain = webSocket(json);
      }
      return plain;
    }
    if (bridged == null) {
      bridged = webSocket(text(protocol));
    }
    return bridged;
  }

  /** The bytes of a WebSocket message of a SockJS session. */
  byte[] sockJs() {
    if (sockJs == null) {
      sockJs = webSocket("a[" + ascii(Json.encode(text(WireProtocol.BRIDGE))) + "]");
    }
    return sockJs;
  }

  /** SockJS escapes all but ASCII, as some clients change other characters. */
  private static String ascii(String text) {
    var escaped = new StringBuilder(text.length() + 32);
    for (var i = 0; i < text.length(); i++) {
      var character = text.charAt(i);
      if (character < 0x7f) {
        escaped.append(character);
      } else {
        escaped.append("\\u").append(Integer.toHexString(0x10000 | character).substring(1));
      }
    }
    return escaped.toString();
  }

  /** Encodes an unmasked WebSocket frame, as servers send them (RFC 6455, section 5.2). */
  private static byte[] webSocket(String text) {
    var payload = text.getBytes(StandardCharsets.UTF_8);
    var message = Buffer.buffer(payload.length + 16);
    var start = 0;
    do {
      var length = Math.min(MAX_PAYLOAD_BYTES, payload.length - start);
      var last = start + length == payload.length;
      message.appendByte((byte) ((start == 0 ? TEXT : CONTINUATION) | (last ? FINAL : 0)));
      if (length < LENGTH_16_BITS) {
        message.appendByte((byte) length);
      } else if (length <= 0xffff) {
        message.appendByte(LENGTH_16_BITS).appendUnsignedShort(length);
      } else {
        message.appendByte(LENGTH_64_BITS).appendLong(length);
      }
      message.appendBytes(payload, start, length);
      start += length;
    } while (start < payload.length);
    return message.getBytes();
  }
}
