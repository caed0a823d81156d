package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Await;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Tests clients that send control frames and fragments without limit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PingFloodTest {
  /** Messages of a burst, pongs of 127 bytes, the hello and the last frames. */
  private static final long MAX_BYTES = 50 * 127 + 2000;

  private static final byte[] LONGEST = new byte[125];
  private static final int CONTINUATION = 0x00;
  private static final int FIRST_OF_SEVERAL = 0x01;
  private static final int PONG = 0x8a;

  private final UserFrontDoor door = UserFrontDoor.openAlone("SOCKETS_UNAUTHENTICATED_MAX", "2000");

  @AfterAll
  void close() {
    door.close();
  }

  private List<RawWebSocket> sockets() throws IOException {
    return List.of(
        RawWebSocket.plain(door.port(), ""),
        RawWebSocket.bridged(door.port()),
        RawWebSocket.rawBridged(door.port()));
  }

  @Test
  void every_ping_within_the_rate_is_answered_with_its_payload() throws IOException {
    for (var socket : sockets()) {
      for (byte i = 0; i < 20; i++) {
        assertArrayEquals(new byte[] {i, 7}, socket.ping(1, new byte[] {i, 7}).pong());
      }
      assertArrayEquals(LONGEST, socket.ping(1, LONGEST).pong());
      assertArrayEquals(new byte[0], socket.ping(1, new byte[0]).pong());
      socket.close();
    }
  }

  @Test
  void a_client_that_sends_pings_and_reads_nothing_is_closed_before_it_signs_in()
      throws IOException {
    var before = closes();
    for (var socket : sockets()) {
      flood(socket);
      assertTrue(socket.remainingBytes() <= MAX_BYTES);
      socket.close();
    }
    Await.until("all are closed", () -> closes() == before + 3);
    Await.until("nothing is unsent", () -> unsent() == 0);
  }

  @Test
  void a_signed_in_client_that_sends_pings_and_reads_nothing_is_closed() throws IOException {
    var before = closes();
    try (var socket =
        RawWebSocket.plain(door.port(), "?ticket=" + SocketTestCase.ticket(door, door.admin()))) {
      socket.until("hello");
      flood(socket);
      assertTrue(socket.remainingBytes() <= MAX_BYTES);
    }
    Await.until("it is closed", () -> closes() == before + 1);
  }

  @Test
  void unsolicited_pongs_and_fragments_count_as_messages() throws IOException {
    for (var socket : sockets()) {
      var before = closes();
      try {
        for (var i = 0; i < 100; i++) {
          socket.frame(PONG, true, new byte[0]);
        }
      } catch (IOException reset) {
        // The server has closed the connection.
      }
      Await.until("closed after pongs", () -> closes() == before + 1);
      socket.close();
    }
    for (var socket : sockets()) {
      var before = closes();
      try {
        for (var i = 0; i < 100; i++) {
          socket.frame(i == 0 ? FIRST_OF_SEVERAL : CONTINUATION, true, new byte[] {' '});
        }
      } catch (IOException reset) {
        // The server has closed the connection.
      }
      Await.until("closed after fragments", () -> closes() == before + 1);
      socket.close();
    }
  }

  @Test
  @Tag("faults")
  @Timeout(180)
  void a_thousand_clients_that_send_pings_and_read_nothing_cost_a_bounded_amount_of_memory()
      throws IOException, InterruptedException {
    var all = new ArrayList<RawWebSocket>();
    for (var i = 0; i < 1000; i++) {
      all.add(i % 2 == 0 ? RawWebSocket.plain(door.port(), "") : RawWebSocket.bridged(door.port()));
    }
    var heapBefore = heapAfterGc();
    var directBefore = PlatformDependent.usedDirectMemory();
    var maxUnsent = 0.0;
    for (var round = 0; round < 4; round++) {
      for (var socket : all) {
        try {
          socket.ping(1000, LONGEST);
        } catch (IOException closed) {
          // The server has closed the connection.
        }
        maxUnsent = Math.max(maxUnsent, unsent());
      }
    }
    var heap = heapAfterGc() - heapBefore;
    var direct = PlatformDependent.usedDirectMemory() - directBefore;
    System.out.printf(
        "1000 sockets with 4000 pings each: heap %+d kB, direct memory %+d kB, unsent at most %.0f kB%n",
        heap / 1024, direct / 1024, maxUnsent / 1024);
    assertTrue(heap < 32 * 1024 * 1024, "heap: " + heap);
    // The pool keeps chunks: 24 to 64 MB in different runs. All pongs would take 500 MB.
    assertTrue(direct < 128 * 1024 * 1024, "direct memory: " + direct);
    Await.until(
        Duration.ofSeconds(20),
        "all have ended",
        () -> door.metrics.get("sockets").gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .sum()
            == 0);
    assertEquals(0, unsent());
    for (var socket : all) {
      socket.close();
    }
  }

  private static void flood(RawWebSocket socket) {
    try {
      for (var i = 0; i < 100; i++) {
        socket.ping(1000, LONGEST);
      }
    } catch (IOException closed) {
      // The server has closed the connection.
    }
  }

  private static long heapAfterGc() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private double closes() {
    return door
        .metrics
        .find("socket_closes_total")
        .tag("reason", "too-many-messages")
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double unsent() {
    return door.metrics.get("socket_unsent_bytes").gauge().value();
  }
}
