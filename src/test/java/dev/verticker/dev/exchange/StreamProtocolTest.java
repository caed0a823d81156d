package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.RawHttp;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamProtocolTest {
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void a_raw_stream_sends_bare_events_and_a_combined_one_wraps_them_in_its_name() {
    var raw = fixture.stream("/ws/btcusdt@ticker");
    var combined = fixture.stream("/stream?streams=btcusdt@ticker/ethusdt@ticker");
    fixture.advance(Duration.ofSeconds(5));
    var event = raw.awaitEvent("24hrTicker", fixture.market().now());
    combined.awaitReceived("the same event in an envelope", text -> new JsonObject(text)
        .equals(new JsonObject().put("stream", "btcusdt@ticker").put("data", event)));
    combined.awaitReceived(
        "an event of the other stream",
        text -> text.startsWith("{\"stream\":\"ethusdt@ticker\",\"data\":{"));
    assertTrue(raw.received().stream().allMatch(text -> text.startsWith("{\"e\":\"24hrTicker\"")));
  }

  @Test
  void several_raw_streams_can_be_named_in_the_path() {
    var client = fixture.stream("/ws/btcusdt@aggTrade/ethusdt@ticker");
    assertEquals(JsonArray.of("btcusdt@aggTrade", "ethusdt@ticker"), client.subscriptions());
  }

  @Test
  void a_symbol_of_any_script_has_streams_in_the_path_and_by_command() {
    try (var unicode = new SimulatorFixture(SimulatorOptions.defaults().withSymbols("测试币USDT"))) {
      var stream = "测试币usdt@depth5";
      var byPath = unicode.stream("/stream?streams=" + SimulatorFixture.encoded(stream));
      var byCommand = unicode.stream("/ws");
      byCommand.subscribe(stream, "测试币usdt@bookTicker");
      byPath.awaitReceived(
          "a book", text -> text.startsWith("{\"stream\":\"" + stream + "\",\"data\":{\"last"));
      byCommand.awaitReceived("best prices", text -> text.contains("\"s\":\"测试币USDT\""));
      byCommand.awaitReceived("a book", text -> text.startsWith("{\"lastUpdateId\""));
    }
  }

  @Test
  void a_client_subscribes_lists_and_unsubscribes_streams() {
    var client = fixture.stream("/ws");
    assertEquals(
        new JsonObject("{\"result\":null,\"id\":1}"),
        client.subscribe("btcusdt@aggTrade", "ethusdt@aggTrade"));
    client.subscribe("btcusdt@aggTrade");
    assertEquals(JsonArray.of("btcusdt@aggTrade", "ethusdt@aggTrade"), client.subscriptions());
    assertEquals(
        Map.of("btcusdt@aggTrade", 1, "ethusdt@aggTrade", 1),
        await(fixture.simulator().streams().subscriptions()));
    client.unsubscribe("btcusdt@aggTrade");
    fixture.advance(Duration.ofMinutes(1));
    client.awaitEvents("aggTrade", 3);
    assertTrue(client.events("aggTrade").stream()
        .allMatch(event -> "ETHUSDT".equals(event.getString("s"))));
    client.close();
    until(
        "the subscriptions end with the connection",
        () -> await(fixture.simulator().streams().subscriptions()).isEmpty());
  }

  @Test
  void a_client_switches_to_combined_events() {
    var client = fixture.stream("/ws/btcusdt@aggTrade");
    assertEquals(
        new JsonObject("{\"result\":false,\"id\":2}"),
        client.send("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":2}"));
    assertEquals(
        new JsonObject("{\"result\":null,\"id\":\"x1\"}"),
        client.send("{\"method\":\"SET_PROPERTY\",\"params\":[\"combined\",true],\"id\":\"x1\"}"));
    fixture.advance(Duration.ofSeconds(30));
    client.awaitReceived(
        "a combined event", text -> text.startsWith("{\"stream\":\"btcusdt@aggTrade\""));
    var combined = fixture.stream("/stream");
    assertEquals(
        new JsonObject("{\"result\":true,\"id\":null}"),
        combined.send("{\"method\":\"GET_PROPERTY\",\"params\":[\"combined\"],\"id\":null}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
      hello                                                           | {"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}
      {"params":["a"],"id":1}                                         | {"code":2,"msg":"Invalid request: missing field 'method' at line 1 column 23"}
      {"method":"LIST_SUBSCRIPTIONS"}                                 | {"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}
      {"method":"LIST_SUBSCRIPTIONS","id":1.5}                        | {"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}
      {"method":"LIST_SUBSCRIPTIONS","params":[],"id":1}              | {"code":2,"msg":"Invalid request: too many parameters"}
      {"method":"GET_PROPERTY","params":["separate"],"id":7}          | {"code":0,"msg":"Unknown property","id":7}
      {"method":"GET_PROPERTY","params":[],"id":7}                    | {"code":2,"msg":"Invalid request: property name must be a string"}
      {"method":"SET_PROPERTY","params":["combined","yes"],"id":7}    | {"code":1,"msg":"Invalid value type: expected Boolean"}
      {"method":"SET_PROPERTY","params":["combined"],"id":7}          | {"code":1,"msg":"Invalid value type: expected Boolean"}
      {"method":"SUBSCRIBE","params":[1],"id":7}                      | {"code":2,"msg":"Invalid request: stream names must be strings"}
      {"method":"SUBSCRIBE","id":7}                                   | {"code":2,"msg":"Invalid request: missing field 'params'"}
      """)
  void an_invalid_message_is_answered_with_the_error_of_the_exchange(
      String message, String response) {
    var client = fixture.stream("/ws");
    assertEquals(new JsonObject(response.replace('\'', '`')), client.send(message));
    assertFalse(client.isClosed());
  }

  @Test
  void an_unknown_method_is_answered_with_the_known_ones() {
    var response = fixture.stream("/ws").send("{\"method\":\"PUBLISH\",\"params\":[],\"id\":1}");
    assertEquals(2, response.getInteger("code"));
    assertTrue(response
        .getString("msg")
        .startsWith("Invalid request: unknown variant `PUBLISH`, expected one of `SUBSCRIBE`, "));
  }

  @Test
  void an_unknown_stream_is_accepted_and_silent() {
    var client = fixture.stream("/stream");
    client.subscribe("nopeusdt@ticker", "BTCUSDT@ticker", "btcusdt@depth@1s", "btcusdt@ticker");
    fixture.advance(Duration.ofSeconds(30));
    client.awaitEvents("24hrTicker", 1);
    var streams = client.received().stream()
        .map(text -> new JsonObject(text).getString("stream"))
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
    assertEquals(Set.of("btcusdt@ticker"), streams);
  }

  @Test
  void a_connection_takes_1024_streams() {
    var client = fixture.stream("/ws");
    client.subscribe(streams(0, 1000));
    client.subscribe(streams(1000, 1024));
    assertEquals(2, client.subscribe("btcusdt@ticker").getInteger("code"));
    client.subscribe(streams(0, 1024));
    assertFalse(client.isClosed());
    var names = String.join("/", streams(0, 1025));
    assertInstanceOf(
        UpgradeRejectedException.class, failureOf(fixture.connect("/stream?streams=" + names)));
  }

  @Test
  void the_sixth_message_within_a_second_closes_the_connection() {
    var client = fixture.stream("/ws");
    for (int message = 0; message < 3; message++) {
      client.subscriptions();
    }
    client.ping();
    client.pong("unsolicited");
    assertEquals(
        JsonArray.of(), fixture.stream("/ws").subscriptions(), "the limit is that of a connection");
    assertFalse(client.isClosed());
    for (int message = 0; message < 6; message++) {
      client.ping();
    }
    assertEquals("1008 Too many requests", client.closeReason());
  }

  @Test
  void a_client_that_answers_no_ping_is_disconnected() throws IOException {
    var limits = StreamLimits.defaults().withPings(Duration.ofMillis(300), Duration.ofSeconds(2));
    try (var impatient = new SimulatorFixture(SimulatorOptions.defaults().withStreams(limits))) {
      var answering = impatient.stream("/ws");
      try (var silent = new RawHttp(impatient.simulator().port())) {
        var received = silent
            .send(
                """
                GET /ws HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
                \r
                """)
            .untilClosed();
        assertTrue(received.contains("Pong timeout"), received);
      }
      assertFalse(answering.isClosed());
    }
  }

  @Test
  void a_connection_ends_after_24_hours_of_simulated_time() {
    var limits = StreamLimits.defaults().withLifetime(Duration.ofMinutes(10));
    var options = SimulatorOptions.defaults().withStreams(limits).withSpeed(2_000);
    try (var fast = new SimulatorFixture(options)) {
      assertEquals("1001 connection limit reached", fast.stream("/ws").closeReason());
    }
  }

  @Test
  void a_shutdown_is_announced_and_spares_new_connections() {
    var raw = fixture.stream("/ws");
    var combined = fixture.stream("/stream");
    assertEquals(
        204, fixture.control("POST", "streams/shutdown?notice_ms=300", "").status());
    raw.awaitReceived(
        "an announcement", text -> text.startsWith("{\"e\":\"serverShutdown\",\"E\":"));
    combined.awaitReceived(
        "a combined announcement",
        text ->
            text.startsWith("{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\""));
    var replacement = fixture.stream("/ws");
    assertEquals("1001 server shutdown", raw.closeReason());
    assertEquals("1001 server shutdown", combined.closeReason());
    assertFalse(replacement.isClosed());
    assertEquals(3, await(fixture.simulator().streams().opened()));
    until("one connection", () -> await(fixture.simulator().streams().connections()) == 1);
  }

  @Test
  void a_plain_request_for_a_stream_is_rejected() {
    assertEquals(400, fixture.plain("/ws/btcusdt@ticker").status());
  }

  private static String[] streams(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(number -> "s" + number + "usdt@ticker")
        .toArray(String[]::new);
  }
}
