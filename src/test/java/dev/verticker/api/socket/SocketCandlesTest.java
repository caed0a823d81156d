package dev.verticker.api.socket;

import static dev.verticker.api.price.FakeCandles.candle;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakeCandles;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Live;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketCandlesTest extends SocketTestCase {
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant NEXT = START.plusSeconds(60);

  private final FakeCandles candles = door.candles;
  /** A leader may publish in any test; later ones have higher epochs. */
  private static long epoch;

  @BeforeEach
  void forget() {
    candles.requests.clear();
    candles.failure = null;
    epoch++;
  }

  @Test
  void a_snapshot_is_followed_by_the_candles_that_change() {
    var symbol = "SNAPUSDT";
    holds(symbol, Interval.ONE_MINUTE);
    candles.publish(epoch, "OTHERUSDT", candle(START, "1", "1", State.FORMING));
    var socket = plain(door.person()).subscribe("candles." + symbol + ".1m");
    socket.next("subscribed");
    var snapshot = socket.next("candles");
    assertTrue(snapshot.getBoolean("snapshot"));
    assertEquals(List.of("2026-03-01T12:00:00Z 11 forming"), closes(snapshot));

    candles.publish(
        epoch,
        symbol,
        candle(START, "12", "5", State.FINAL),
        candle(NEXT, "13", "1", State.FORMING));

    var change = socket.next("candles");
    assertEquals(false, change.getBoolean("snapshot"));
    assertEquals(
        List.of("2026-03-01T12:00:00Z 12 final", "2026-03-01T12:01:00Z 13 forming"),
        closes(change));
    assertEquals(1, candles.requests.size());
  }

  @Test
  void minutes_are_rolled_up_to_the_interval_of_the_topic() {
    var symbol = "ROLLUSDT";
    var ended = candle(START, "20", "7", State.FINAL);
    candles.holds(
        symbol,
        Interval.ONE_HOUR,
        new Live(ended, NEXT, candle(NEXT, "9", "1", State.FORMING)),
        null,
        candle(START, "9", "8", State.FORMING));
    var socket = plain(door.person()).subscribe("candles." + symbol + ".1h");
    assertEquals(List.of("2026-03-01T12:00:00Z 9 forming"), closes(socket.next("candles")));

    candles.publish(epoch, symbol, candle(NEXT, "15", "2", State.FORMING));

    var changed = closesAfterEpoch(socket);
    assertEquals("15", changed.getString("close"));
    assertEquals("20", changed.getString("high"));
    assertEquals("9", changed.getString("volume"));
    assertEquals("forming", changed.getString("state"));
  }

  @Test
  void changes_within_the_interval_of_a_client_are_sent_together() {
    var symbol = "SLOWUSDT";
    holds(symbol, Interval.ONE_MINUTE);
    candles.publish(epoch, symbol, candle(START, "11", "4", State.FORMING));
    var socket = plain(door.person())
        .send(new JsonObject()
            .put("op", "subscribe")
            .put("topic", "candles." + symbol + ".1m")
            .put("every_ms", 3_600_000));
    socket.next("candles");
    var often = plain(door.person()).subscribe("candles." + symbol + ".1m");
    often.next("candles");
    candles.publish(epoch, symbol, candle(START, "12", "5", State.FORMING));
    assertEquals(List.of("2026-03-01T12:00:00Z 12 forming"), closes(socket.next("candles")));
    assertEquals(List.of("2026-03-01T12:00:00Z 12 forming"), closes(often.next("candles")));
    candles.publish(epoch, symbol, candle(START, "13", "6", State.FORMING));
    assertEquals(List.of("2026-03-01T12:00:00Z 13 forming"), closes(often.next("candles")));
    socket.send("{\"op\":\"ping\"}").next("pong");
    assertTrue(socket.frames.stream().noneMatch(frame -> frame.encode().contains("\"13\"")));
  }

  @Test
  void a_missed_minute_is_read_again() {
    var symbol = "GAPUSDT";
    holds(symbol, Interval.ONE_MINUTE);
    candles.publish(epoch, symbol, candle(START, "11", "4", State.FORMING));
    var socket = plain(door.person()).subscribe("candles." + symbol + ".1m");
    socket.next("candles");
    var later = NEXT.plusSeconds(60);
    candles.holds(
        symbol,
        Interval.ONE_MINUTE,
        new Live(null, later, candle(later, "30", "1", State.FORMING)),
        null,
        candle(START, "11", "4", State.FINAL),
        Candle.unknown(NEXT, State.ABSENT),
        candle(later, "30", "1", State.FORMING));

    candles.publish(epoch, symbol, candle(later, "30", "1", State.FORMING));

    assertEquals(
        List.of(
            "2026-03-01T12:00:00Z 11 final",
            "2026-03-01T12:01:00Z null absent",
            "2026-03-01T12:02:00Z 30 forming"),
        closes(socket.next("candles")));
  }

  @Test
  void a_new_leader_makes_a_new_snapshot_and_the_former_one_is_ignored() {
    var symbol = "LEADUSDT";
    holds(symbol, Interval.ONE_MINUTE);
    candles.publish(epoch, symbol, candle(START, "11", "4", State.FORMING));
    var socket = plain(door.person()).subscribe("candles." + symbol + ".1m");
    socket.next("candles");
    var former = epoch++;
    candles.publish(epoch, "OTHERUSDT", candle(START, "1", "1", State.FORMING));
    assertTrue(socket.next("candles").getBoolean("snapshot"));

    candles.publish(former, symbol, candle(START, "99", "9", State.FORMING));
    candles.publish(epoch, symbol, candle(START, "12", "9", State.FORMING));

    assertEquals(List.of("2026-03-01T12:00:00Z 12 forming"), closes(socket.next("candles")));
  }

  @Test
  void a_big_snapshot_has_the_newest_candles_that_fit_into_a_frame() {
    var symbol = "BIGUSDT";
    var many = IntStream.range(0, 300)
        .mapToObj(
            i -> candle(START.plusSeconds(60L * i), "68000.12345678", "123.45678901", State.FINAL))
        .toArray(Candle[]::new);
    candles.holds(symbol, Interval.ONE_MINUTE, null, null, many);
    var socket = plain(door.person()).subscribe("candles." + symbol + ".1m");
    var snapshot = socket.next("candles");
    var size = snapshot.encode().length();
    assertTrue(size <= 48 * 1024 && size > 47 * 1024, () -> "bytes: " + size);
    var data = snapshot.getJsonArray("data");
    assertEquals(
        START.plusSeconds(60 * 299).toString(),
        data.getJsonObject(data.size() - 1).getString("open_time"));
  }

  @Test
  void an_unknown_symbol_an_unknown_interval_and_an_unavailable_exchange_are_rejected() {
    assertEquals("symbol-unknown", errorCode(plain(door.person()).subscribe("candles.NOPE.1m")));
    assertEquals("topic-unknown", errorCode(plain(door.person()).subscribe("candles.NOPE.7m")));
    candles.failure = new Failure.Unavailable("candles-not-available", "Not stored.");
    assertEquals(
        "candles-not-available", errorCode(plain(door.person()).subscribe("candles.AWAY.1m")));
  }

  @Test
  void the_event_bus_bridge_delivers_candles_of_symbols_in_any_script() {
    candles.holds("币安人生USDT", Interval.ONE_DAY, null, null, candle(START, "2", "1", State.FORMING));
    var socket = bridged(door.person(), "candles.币安人生USDT.1d");
    Await.until("candles", () -> socket.frames.stream()
        .anyMatch(frame -> frame.encode().contains("\"candles\"")));
  }

  private void holds(String symbol, Interval interval) {
    var forming = candle(START, "11", "4", State.FORMING);
    candles.holds(symbol, interval, new Live(null, START, forming), null, forming);
  }

  /** Returns the newest candle of the next frame with a change; a new epoch sends a snapshot before. */
  private static JsonObject closesAfterEpoch(SocketClient socket) {
    JsonObject newest;
    do {
      newest = socket.next("candles").getJsonArray("data").getJsonObject(0);
    } while (newest.getString("close").equals("9"));
    return newest;
  }

  private static List<String> closes(JsonObject frame) {
    return frame.getJsonArray("data").stream()
        .map(JsonObject.class::cast)
        .map(candle -> candle.getString("open_time") + " " + candle.getString("close") + " "
            + candle.getString("state"))
        .toList();
  }
}
