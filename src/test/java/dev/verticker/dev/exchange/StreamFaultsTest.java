package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamFaultsTest {
  private static final String BOTH =
      "/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade/btcusdt@ticker/ethusdt@ticker";
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void dropped_connections_end_without_a_close_frame_and_new_ones_work() {
    var clients = List.of(fixture.stream(BOTH), fixture.stream("/ws"));
    assertEquals(204, fixture.control("POST", "streams/drop", "").status());
    clients.forEach(client -> assertEquals("1006 null", client.closeReason()));
    var next = fixture.stream(BOTH);
    // The first clients may have received the tickers of the present second.
    fixture.advance(Duration.ofSeconds(2));
    next.awaitEvents("24hrTicker", 2);
    assertEquals(
        new JsonObject()
            .put("connections", 1)
            .put("opened", 3)
            .put(
                "streams",
                new JsonObject()
                    .put("btcusdt@aggTrade", 1)
                    .put("btcusdt@ticker", 1)
                    .put("ethusdt@aggTrade", 1)
                    .put("ethusdt@ticker", 1)),
        fixture.control("GET", "streams", "").object());
  }

  @Test
  void a_silent_symbol_does_not_affect_others() {
    faults().add(StreamFault.of(StreamFaultKind.SILENCE).forSymbol("BTCUSDT"));
    var client = fixture.stream(BOTH);
    fixture.advance(Duration.ofMinutes(1));
    client.awaitEvents("aggTrade", 5);
    client.awaitEvents("24hrTicker", 1);
    assertEquals(List.of("ETHUSDT"), symbols(client));
    faults().clear();
    fixture.advance(Duration.ofMinutes(1));
    until("both symbols", () -> symbols(client).size() == 2);
  }

  @Test
  void a_silent_stream_does_not_affect_others_of_its_symbol() {
    faults().add(StreamFault.of(StreamFaultKind.SILENCE).on("btcusdt@aggTrade"));
    var client = fixture.stream("/ws/btcusdt@aggTrade/btcusdt@ticker");
    fixture.advance(Duration.ofMinutes(1));
    client.awaitEvent("24hrTicker", fixture.market().now());
    assertEquals(List.of(), client.events("aggTrade"));
    assertEquals(JsonArray.of("btcusdt@aggTrade", "btcusdt@ticker"), client.subscriptions());
  }

  @Test
  void late_events_arrive_after_later_ones() {
    faults().add(StreamFault.of(StreamFaultKind.LATE).times(1).delay(Duration.ofMillis(300)));
    var client = fixture.stream("/ws/btcusdt@aggTrade");
    fixture.advance(Duration.ofMinutes(2));
    client.awaitEvents("aggTrade", 3);
    var first = client.events("aggTrade").get(0).getLong("a");
    until("the late event", () -> client.events("aggTrade").stream()
        .anyMatch(event -> event.getLong("a") == first - 1));
  }

  @Test
  void doubled_events_arrive_twice() {
    faults().add(StreamFault.of(StreamFaultKind.DOUBLED).times(2));
    var client = fixture.stream("/ws/btcusdt@aggTrade");
    fixture.advance(Duration.ofMinutes(2));
    var ids = client.awaitEvents("aggTrade", 8).stream()
        .map(event -> event.getLong("a"))
        .toList();
    assertEquals(ids.get(0), ids.get(1));
    assertEquals(ids.get(2), ids.get(3));
    assertEquals(ids.get(4) + 1, ids.get(5));
  }

  @Test
  void a_wrong_symbol_is_sent_under_the_name_of_the_stream() {
    faults().add(StreamFaultKind.WRONG_SYMBOL);
    var client = fixture.stream("/stream?streams=btcusdt@kline_1m");
    client.awaitReceived(
        "a candle of another symbol",
        text -> text.startsWith("{\"stream\":\"btcusdt@kline_1m\"")
            && text.contains("\"s\":\"WRONGUSDT\"")
            && !text.contains("\"s\":\"BTCUSDT\""));
  }

  @Test
  void an_event_without_a_symbol_is_sent_under_the_name_of_a_wrong_stream() {
    faults().add(StreamFaultKind.WRONG_SYMBOL);
    var client = fixture.stream("/stream?streams=btcusdt@depth20@100ms");
    client.awaitReceived(
        "a book of another symbol",
        text ->
            text.startsWith("{\"stream\":\"wrongusdt@depth20@100ms\",\"data\":{\"lastUpdateId\""));
  }

  @Test
  void a_silent_stream_of_changes_leaves_a_gap_of_update_ids() {
    var client = fixture.stream("/ws");
    client.subscribe("btcusdt@depth@100ms");
    for (int minute = 0; minute < 3; minute++) {
      if (minute == 1) {
        faults().add(StreamFault.of(StreamFaultKind.SILENCE).times(1));
      }
      fixture.advance(Duration.ofMinutes(1));
      if (minute == 1) {
        until("the event is not sent", () -> faults().active().isEmpty());
      } else {
        client.awaitEvent("depthUpdate", fixture.market().now());
      }
    }
    var events = client.events("depthUpdate");
    assertEquals(2, events.size());
    assertTrue(events.get(1).getLong("U") > events.get(0).getLong("u") + 1);
  }

  @Test
  void garbage_is_no_json() {
    faults().add(StreamFault.of(StreamFaultKind.GARBAGE).times(1));
    var client = fixture.stream("/ws/btcusdt@ticker");
    client.awaitReceived("garbage", text -> true);
    assertThrows(DecodeException.class, () -> new JsonObject(client.received().get(0)));
  }

  @Test
  void a_refused_handshake_is_answered_with_503() {
    faults().add(StreamFault.of(StreamFaultKind.REFUSED_CONNECT).times(1));
    var refused =
        assertInstanceOf(UpgradeRejectedException.class, failureOf(fixture.connect("/ws")));
    assertEquals(503, refused.getStatus());
    assertFalse(fixture.stream("/ws").isClosed());
  }

  @Test
  void a_hanging_handshake_is_not_answered() {
    faults().add(StreamFault.of(StreamFaultKind.HANGING_CONNECT).times(1));
    var hanging = fixture.connect("/ws");
    until("the handshake arrives", () -> faults().active().isEmpty());
    assertFalse(fixture.stream("/ws").isClosed());
    assertFalse(hanging.isComplete());
  }

  @Test
  void a_half_open_connection_neither_sends_nor_answers_nor_closes() {
    var client = fixture.stream("/ws/btcusdt@aggTrade");
    assertEquals(204, fixture.control("POST", "streams/half_open", "").status());
    var next = fixture.stream("/ws/btcusdt@aggTrade");
    var received = client.received().size();
    fixture.advance(Duration.ofMinutes(1));
    next.awaitEvents("aggTrade", 5);
    for (int message = 0; message < 10; message++) {
      client.ping();
    }
    next.ping();
    until("an answer of the other connection", () -> next.pongs() == 1);
    assertEquals(0, client.pongs());
    assertEquals(received, client.received().size());
    assertFalse(client.isClosed());
    assertEquals(2, await(fixture.simulator().streams().connections()));
  }

  @ParameterizedTest
  @EnumSource
  void the_control_endpoint_adds_lists_and_removes_a_fault_of_every_kind(StreamFaultKind kind) {
    var json = new JsonObject()
        .put("kind", kind.wire())
        .put("stream", "btcusdt@ticker")
        .put("symbol", "BTCUSDT")
        .put("times", 3)
        .put("delay_ms", 100);
    var added = fixture.control("POST", "stream_faults", json.encode());
    assertEquals(201, added.status());
    assertEquals(new JsonObject().put("id", 1).mergeIn(json), added.object());
    assertEquals(
        List.of(StreamFault.of(kind)
            .on("btcusdt@ticker")
            .forSymbol("BTCUSDT")
            .times(3)
            .delay(Duration.ofMillis(100))),
        faults().active());
    assertEquals(
        new JsonObject().put("faults", JsonArray.of(added.object())),
        fixture.control("GET", "stream_faults", "").object());
    assertEquals(204, fixture.control("DELETE", "stream_faults/1", "").status());
    assertEquals(404, fixture.control("DELETE", "stream_faults/1", "").status());
    assertEquals(204, fixture.control("DELETE", "stream_faults", "").status());
    assertEquals(List.of(), faults().active());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"kind\":\"429\"}", "{\"kind\":\"late\",\"delay_ms\":-1}"})
  void an_invalid_fault_is_rejected(String body) {
    assertEquals(400, fixture.control("POST", "stream_faults", body).status());
    assertEquals(List.of(), faults().active());
  }

  @Test
  void an_invalid_notice_is_rejected() {
    assertTrue(fixture
        .control("POST", "streams/shutdown?notice_ms=soon", "")
        .body()
        .contains("notice_ms"));
  }

  private StreamFaults faults() {
    return fixture.simulator().streams().faults();
  }

  private static List<String> symbols(StreamClient client) {
    var symbols = new HashSet<String>();
    client.events("aggTrade").forEach(event -> symbols.add(event.getString("s")));
    client.events("24hrTicker").forEach(event -> symbols.add(event.getString("s")));
    return symbols.stream().sorted().toList();
  }
}
