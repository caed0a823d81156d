package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests clients that violate the WebSocket protocol; none of them prevents a node from stopping. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedFramesTest {
  private static final int TEXT = 0x81;
  private static final int FIRST_TEXT = 0x01;
  private static final int CONTINUATION = 0x00;
  private static final int LAST = 0x80;
  private static final int PING = 0x89;
  private static final int COMPRESSED_TEXT = 0xc1;
  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

  private record BrokenFrame(int start, boolean masked, byte[] payload) {}

  private static final Map<String, BrokenFrame> PROTOCOL_ERRORS = new LinkedHashMap<>(Map.of(
      "an unknown opcode", new BrokenFrame(0x83, true, new byte[1]),
      "an unmasked frame", new BrokenFrame(TEXT, false, "{}".getBytes(StandardCharsets.UTF_8)),
      "a compressed frame",
          new BrokenFrame(COMPRESSED_TEXT, true, new byte[] {(byte) 0xaa, 0x56, 0x2a}),
      "a continuation without a first frame", new BrokenFrame(0x80, true, new byte[3]),
      "a fragmented ping", new BrokenFrame(0x09, true, new byte[1]),
      "an oversized ping", new BrokenFrame(0x89, true, new byte[126])));

  private final UserFrontDoor door = UserFrontDoor.openAlone();
  private final List<RawWebSocket> open = new ArrayList<>();

  @AfterAll
  void close() throws IOException {
    var started = System.nanoTime();
    try {
      door.vertx.close().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("an open connection prevents the node from stopping", e);
    } finally {
      for (var socket : open) {
        socket.close();
      }
    }
    assertTrue(System.nanoTime() - started < Duration.ofSeconds(10).toNanos());
  }

  @Test
  void a_protocol_error_closes_the_socket() throws IOException {
    for (var broken : PROTOCOL_ERRORS.entrySet()) {
      var frame = broken.getValue();
      var plain = plain().frame(frame.start(), frame.masked(), frame.payload());
      assertEquals("1002 protocol-error", plain.ending(), broken.getKey());
      var bridged = bridged().frame(frame.start(), frame.masked(), frame.payload());
      assertEnded(bridged, broken.getKey());
    }
    awaitCloses(2 * PROTOCOL_ERRORS.size(), "protocol-error");
  }

  @Test
  void compression_is_not_negotiated() throws IOException {
    for (var socket : List.of(plain(DEFLATE), bridged(DEFLATE))) {
      assertFalse(socket.head().toLowerCase(Locale.ROOT).contains("extensions"));
    }
  }

  @Test
  void a_frame_or_message_that_is_too_big_closes_the_socket() throws IOException {
    var plain = plain();
    var bridged = bridged();
    for (var socket : List.of(plain, bridged)) {
      try {
        socket.frame(TEXT, true, new byte[2_000_000]);
      } catch (IOException reset) {
        // The server may reset the connection before all of it was sent.
      }
      assertEnded(socket, "2 MB");
    }
    for (var socket : List.of(plain(), bridged())) {
      for (var i = 0; i < 5; i++) {
        socket.frame(i == 0 ? 0x01 : i == 4 ? 0x80 : 0x00, true, new byte[60_000]);
      }
      assertEnded(socket, "300 kB in five frames");
    }
  }

  @Test
  void text_that_is_not_utf_8_closes_the_socket_with_1007() throws IOException {
    var invalidUtf8 = new byte[] {(byte) 0xc3, 0x28};
    assertEquals("1007 invalid-text", plain().frame(TEXT, true, invalidUtf8).ending());
    assertEquals(
        "1007 invalid-text",
        plain()
            .frame(FIRST_TEXT, true, "{".getBytes(StandardCharsets.UTF_8))
            .frame(LAST, true, invalidUtf8)
            .ending());
    assertEnded(bridged().frame(TEXT, true, invalidUtf8), "invalid UTF-8");
    awaitCloses(3, "invalid-text");
  }

  @Test
  void a_message_in_fragments_is_answered_wherever_it_is_split() throws IOException {
    var command = "{\"op\":\"unsubscribe\",\"topic\":\"\u00e9\"}".getBytes(StandardCharsets.UTF_8);
    var insideOfTheLetter = command.length - 3;
    for (var split : List.of(0, 1, insideOfTheLetter, command.length)) {
      plain()
          .frame(FIRST_TEXT, true, Arrays.copyOfRange(command, 0, split))
          .frame(CONTINUATION, true, new byte[0])
          .frame(PING, true, new byte[] {(byte) 0xff})
          .frame(LAST, true, Arrays.copyOfRange(command, split, command.length))
          .until("unsubscribed");
    }
    plain()
        .frame(FIRST_TEXT, true, new byte[0])
        .frame(LAST, true, new byte[0])
        .until("malformed-frame")
        .send("{\"op\":\"ping\"}")
        .until("pong");
  }

  /** A client may receive the close frame before the server counts the close. */
  private void awaitCloses(int expected, String reason) {
    Await.until(
        expected + " closes: " + reason,
        () -> door.metrics.find("socket_closes_total").tag("reason", reason).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum()
            == expected);
  }

  private static void assertEnded(RawWebSocket socket, String what) throws IOException {
    var ending = socket.ending();
    assertTrue(
        List.of("end", "reset", "1000 ", "1009 too-big").contains(ending), what + ": " + ending);
  }

  private RawWebSocket plain(String... headers) throws IOException {
    var socket = RawWebSocket.plain(door.port(), "", headers);
    open.add(socket);
    return socket;
  }

  private RawWebSocket bridged(String... headers) throws IOException {
    var socket = RawWebSocket.bridged(door.port(), headers);
    open.add(socket);
    return socket;
  }
}
