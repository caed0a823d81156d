package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.price.FakePrices;
import dev.verticker.testing.Await;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import org.junit.jupiter.api.Test;

/** Tests the limits on frames of a client. */
class SocketLimitsTest extends SocketTestCase {
  private static final int MAX_TOPICS = 100;
  private static final int MAX_BURST = 40;
  private static final long NANOS_PER_MESSAGE = 50_000_000;

  @Test
  void a_client_that_sends_too_many_messages_is_closed() {
    var plain = plain(door.admin());
    var bridged = bridged();
    for (var i = 0; i < 200; i++) {
      plain.subscribe("users");
      bridged.register("users", "Authorization", door.admin().bearer());
    }
    plain.expectClose(1008, "too-many-messages");
    assertEquals("too-many-messages", closeReason(bridged));
  }

  @Test
  void a_socket_has_at_most_100_topics() {
    var socket = plain(door.admin());
    var began = System.nanoTime();
    for (var i = 0; i <= MAX_TOPICS; i++) {
      var symbol = "S" + i + "USDT";
      door.prices.holds(FakePrices.quote(1, symbol, "1", door.clock.instant()));
      var allowedAt = began + (i - MAX_BURST + 2) * NANOS_PER_MESSAGE;
      Await.until("another message is allowed", () -> System.nanoTime() >= allowedAt);
      socket.subscribe("prices." + symbol);
    }
    assertEquals("too-many-topics", errorCode(socket));
  }

  @Test
  void a_frame_that_is_too_big_closes_the_socket() {
    var socket = plain(door.admin());
    socket.socket().writeTextMessage("x".repeat(2_000_000));
    Await.until("closed", socket::isClosed);
  }

  @Test
  void a_message_of_several_frames_that_is_too_big_closes_the_socket() {
    var socket = plain(door.admin());
    socket.next("hello");
    for (var i = 0; i < 6; i++) {
      var part = "x".repeat(60_000);
      socket
          .socket()
          .writeFrame(
              i == 0
                  ? WebSocketFrame.textFrame(part, false)
                  : WebSocketFrame.continuationFrame(Buffer.buffer(part), i == 5));
    }
    socket.expectClose(1009, "too-big");
  }
}
