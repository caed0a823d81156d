package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Clients that do not speak WebSocket well; none of them keeps a node from stopping. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedFramesTest {
  private static final int TEXT = 0x81;
  private static final int COMPRESSED_TEXT = 0xc1;
  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

  private record Broken(int start, boolean masked, byte[] payload) {}

  private static final Map<String, Broken> PROTOCOL_ERRORS = new LinkedHashMap<>(Map.of(
      "an opcode that there is not", new Broken(0x83, true, new byte[1]),
      "no mask", new Broken(TEXT, false, "{}".getBytes(StandardCharsets.UTF_8)),
      "compressed", new Broken(COMPRESSED_TEXT, true, new byte[] {(byte) 0xaa, 0x56, 0x2a}),
      "a continuation of nothing", new Broken(0x80, true, new byte[3]),
      "a ping in two parts", new Broken(0x09, true, new byte[1]),
      "a ping that is too long", new Broken(0x89, true, new byte[126])));

  private final UserFrontDoor door = UserFrontDoor.openAlone();
  private final List<RawWebSocket> open = new ArrayList<>();

  @AfterAll
  void close() throws IOException {
    var begun = System.nanoTime();
    try {
      door.vertx.close().await(10, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("what clients sent keeps the node from stopping", e);
    } finally {
      for (var socket : open) {
        socket.close();
      }
    }
    assertTrue(System.nanoTime() - begun < Duration.ofSeconds(10).toNanos());
  }

  @Test
  void what_breaks_the_protocol_ends_the_socket() throws IOException {
    for (var broken : PROTOCOL_ERRORS.entrySet()) {
      var frame = broken.getValue();
      var plain = plain().frame(frame.start(), frame.masked(), frame.payload());
      assertEquals("1002 protocol-error", plain.ending(), broken.getKey());
      var bridged = bridged().frame(frame.start(), frame.masked(), frame.payload());
      assertGone(bridged, broken.getKey());
    }
    assertEquals(
        2 * PROTOCOL_ERRORS.size(),
        door.metrics.get("socket_closes_total").tag("reason", "protocol-error").counters().stream()
            .mapToDouble(counter -> counter.count())
            .sum());
  }

  @Test
  void compression_is_not_agreed_to() throws IOException {
    for (var socket : List.of(plain(DEFLATE), bridged(DEFLATE))) {
      assertFalse(socket.head().toLowerCase(Locale.ROOT).contains("extensions"));
    }
  }

  @Test
  void what_is_too_big_ends_the_socket() throws IOException {
    var plain = plain();
    var bridged = bridged();
    for (var socket : List.of(plain, bridged)) {
      try {
        socket.frame(TEXT, true, new byte[2_000_000]);
      } catch (IOException reset) {
        // Before all of it was sent.
      }
      assertGone(socket, "2 MB");
    }
    for (var socket : List.of(plain(), bridged())) {
      for (var i = 0; i < 5; i++) {
        socket.frame(i == 0 ? 0x01 : i == 4 ? 0x80 : 0x00, true, new byte[60_000]);
      }
      assertGone(socket, "300 kB in five parts");
    }
  }

  @Test
  void text_that_is_no_text_is_answered_like_any_nonsense() throws IOException {
    var noText = new byte[] {(byte) 0xc3, 0x28};
    plain().frame(TEXT, true, noText);
    // SockJS closes by itself.
    assertEquals("1000 ", bridged().frame(TEXT, true, noText).ending());
  }

  private static void assertGone(RawWebSocket socket, String what) throws IOException {
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
