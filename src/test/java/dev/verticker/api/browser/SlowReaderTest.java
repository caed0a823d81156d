package dev.verticker.api.browser;

import static dev.verticker.api.http.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.http.ApiClient;
import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Append;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.Entry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.testing.Eventually;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Somebody stops reading, for good. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReaderTest {
  private static final int EVENTS = 60;
  private static final int EVENT_BYTES = 100_000;

  private final UserFrontDoor door = UserFrontDoor.openAlone();

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void is_cut_while_the_others_hear_everything() throws IOException {
    var healthy = Listener.plain(door.vertx, door.port(), "?ticket=" + ticket());
    healthy.subscribe("users").next("subscribed");
    try (var plain =
            stalled("/ws?ticket=" + ticket(), "{\"op\":\"subscribe\",\"topic\":\"users\"}");
        var bridged = stalled(
            "/eventbus/1/stalled/websocket",
            "["
                + quoted(new JsonObject()
                    .put("type", "register")
                    .put("address", "users")
                    .put(
                        "headers",
                        new JsonObject().put("Authorization", door.admin().bearer())))
                + "]")) {
      Eventually.within10s("all are signed in", () -> signedIn() == 3);
      for (var i = 1; i <= EVENTS; i++) {
        var appended = door.bus.request(Notifications.APPEND, big(i));
        ApiClient.await(appended);
      }
      Eventually.within10s(
          "the healthy one has everything", () -> healthy.sequences("users").size() == EVENTS);
      var first = healthy.sequences("users").get(0);
      assertEquals(
          LongStream.range(first, first + EVENTS).boxed().toList(), healthy.sequences("users"));
      Eventually.within10s("both are gone", () -> signedIn() == 1);
      Eventually.within10s(
          "nothing is held for them",
          () -> door.metrics.get("socket_unsent_bytes").gauge().value() == 0);
      assertEquals(2, closes());
      assertReset(plain);
      assertReset(bridged);
    }
    healthy.close();
  }

  private double signedIn() {
    return door.metrics.get("sockets").tag("state", "signed-in").gauges().stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  private double closes() {
    return door.metrics.get("socket_closes_total").tag("reason", "slow-reader").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  /** Reads the handshake and then nothing more. */
  private Socket stalled(String target, String frame) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(8192);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port()));
    var output = socket.getOutputStream();
    output.write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII));
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) socket.getInputStream().read());
    }
    assertTrue(head.toString().startsWith("HTTP/1.1 101"), head::toString);
    var bytes = frame.getBytes(StandardCharsets.UTF_8);
    // A final text frame, masked with zeros.
    output.write(0x81);
    output.write(
        bytes.length < 126
            ? new byte[] {(byte) (0x80 | bytes.length)}
            : new byte[] {(byte) 0xfe, (byte) (bytes.length >> 8), (byte) bytes.length});
    output.write(new byte[4]);
    output.write(bytes);
    return socket;
  }

  /** What the kernel has may still be read; then it ends. */
  private static void assertReset(Socket socket) throws IOException {
    socket.setSoTimeout(5000);
    try {
      var input = socket.getInputStream();
      while (input.read(new byte[65536]) >= 0) {
        continue;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("is still open", e);
    } catch (SocketException reset) {
      assertTrue(reset.getMessage().contains("reset"), reset::getMessage);
    }
  }

  private static Append big(long id) {
    var payload = new JsonObject()
        .put("event", "user_updated")
        .put("user_id", 7)
        .put("data", new JsonObject().put("full_name", "x".repeat(EVENT_BYTES)));
    return new Append(
        "account",
        List.of(new Entry(
            1_000_000 + id,
            Instant.now(),
            "user_updated",
            7,
            null,
            false,
            List.of(new Recipient(Notifications.USERS, Audience.permission("users.read"))),
            payload.encode())));
  }

  private static String quoted(JsonObject frame) {
    return Json.encode(frame.encode());
  }

  private String ticket() {
    return expect(200, door.as(door.admin(), HttpMethod.POST, "/auth/ticket", null))
        .object()
        .getString("ticket");
  }
}
