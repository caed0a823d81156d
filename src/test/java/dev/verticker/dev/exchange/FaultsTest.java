package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Await;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FaultsTest {
  private static final String ONE = "ticker/24hr?symbol=BTCUSDT";
  private static final String BOTH = "ticker/24hr?symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D";
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "RATE_LIMITED,429,7",
    "BANNED,418,7",
    "FORBIDDEN,403,",
    "RESTRICTED,451,",
    "SERVER_ERROR,500,",
    "OVERLOADED,503,"
  })
  void a_status_has_its_headers(FaultKind kind, int status, String retryAfter) {
    add(Fault.of(kind).retryAfter(Duration.ofSeconds(7)));
    var answer = fixture.get(ONE);
    assertEquals(status, answer.status());
    assertEquals(retryAfter, answer.header("Retry-After"));
    assertEquals("2", answer.header("X-MBX-USED-WEIGHT-1M"));
    assertTrue(answer
        .header("Content-Type")
        .startsWith(kind == FaultKind.FORBIDDEN ? "text/html" : "application/json"));
  }

  @Test
  void a_ban_contains_its_end() {
    add(Fault.of(FaultKind.BANNED).retryAfter(Duration.ofMinutes(2)));
    var end = SteppedTime.START.plusSeconds(120).toEpochMilli();
    assertTrue(fixture.get(ONE).object().getString("msg").contains("IP banned until " + end + "."));
  }

  @Test
  @Timeout(20)
  void a_hanging_request_ends_only_with_the_simulator() {
    add(Fault.of(FaultKind.HANG).times(1));
    var answer = fixture.begin(ONE);
    while (fixture.simulator().calls().total() == 0) {
      Thread.onSpinWait();
    }
    fixture.get("ping?x=1");
    assertFalse(answer.isComplete());
    fixture.simulator().close().await();
    assertInstanceOf(HttpClosedException.class, Await.failureOf(answer));
  }

  @Test
  void a_slow_response_is_regular_and_late() {
    add(Fault.of(FaultKind.SLOW).delay(Duration.ofMillis(300)));
    var before = System.nanoTime();
    var answer = fixture.get(ONE);
    assertTrue(System.nanoTime() - before >= 300_000_000);
    assertEquals(
        fixture.market().served("BTCUSDT").get(0).price(), answer.object().getString("lastPrice"));
  }

  @Test
  void an_early_close_sends_half_of_the_announced_body() {
    add(Fault.of(FaultKind.EARLY_CLOSE));
    assertInstanceOf(HttpClosedException.class, Await.failureOf(fixture.begin(ONE)));
  }

  @Test
  void truncated_json_is_a_complete_response_that_cannot_be_parsed() {
    add(FaultKind.TRUNCATED_JSON);
    var answer = fixture.get(BOTH);
    assertEquals(200, answer.status());
    assertThrows(DecodeException.class, answer::json);
  }

  @Test
  void a_huge_body_is_the_regular_response_after_white_space() {
    add(Fault.of(FaultKind.HUGE_BODY).bytes(3_000_000));
    var answer = fixture.get(ONE);
    assertTrue(answer.body().length() > 3_000_000);
    assertEquals("BTCUSDT", answer.object().getString("symbol"));
  }

  @Test
  void wrong_types_are_booleans_and_arrays() {
    add(FaultKind.WRONG_TYPES);
    var spoiled = fixture.get(ONE).object();
    assertEquals(Boolean.TRUE, spoiled.getValue("lastPrice"));
    assertTrue(spoiled.getValue("closeTime") instanceof JsonArray);
    assertEquals(Boolean.TRUE, spoiled.getValue("symbol"));
  }

  @ParameterizedTest
  @CsvSource({"NAN,NaN", "ZERO_PRICE,0.00000000"})
  void only_prices_are_corrupted(FaultKind kind, String price) {
    add(kind);
    for (var path : List.of(ONE, ONE + "&type=MINI", "ticker/price?symbol=BTCUSDT")) {
      var spoiled = fixture.get(path).object();
      spoiled.fieldNames().stream()
          .filter(key -> key.toLowerCase().endsWith("price"))
          .forEach(key -> assertEquals(price, spoiled.getString(key), key));
      assertEquals("BTCUSDT", spoiled.getString("symbol"));
    }
    var row = fixture.get("klines?symbol=BTCUSDT&interval=1m&limit=1").array().getJsonArray(0);
    assertEquals(List.of(price, price, price, price), row.getList().subList(1, 5));
    assertTrue(new BigDecimal(row.getString(5)).signum() > 0);
    var book = fixture.get("depth?symbol=BTCUSDT&limit=5").object();
    for (var side : List.of("bids", "asks")) {
      for (int level = 0; level < 5; level++) {
        assertEquals(price, book.getJsonArray(side).getJsonArray(level).getString(0));
        assertTrue(
            new BigDecimal(book.getJsonArray(side).getJsonArray(level).getString(1)).signum() > 0);
      }
    }
    for (var path : List.of("trades?symbol=BTCUSDT&limit=1", "aggTrades?symbol=BTCUSDT&limit=1")) {
      var trade = fixture.get(path).array().getJsonObject(0);
      assertEquals(price, trade.getString("price", trade.getString("p")));
    }
  }

  @Test
  void a_negative_price_has_a_minus_sign() {
    add(FaultKind.NEGATIVE_PRICE);
    assertTrue(fixture.get(ONE).object().getString("lastPrice").startsWith("-"));
  }

  @Test
  void a_wrong_symbol_differs_from_the_requested_one() {
    add(FaultKind.WRONG_SYMBOL);
    assertEquals("WRONGUSDT", fixture.get(ONE).object().getString("symbol"));
  }

  @Test
  void an_empty_list_has_no_entries() {
    add(FaultKind.EMPTY_LIST);
    assertEquals("[]", fixture.get(BOTH).body());
    assertEquals("[]", fixture.get("klines?symbol=BTCUSDT&interval=1m").body());
    assertEquals(new JsonArray(), fixture.get("exchangeInfo").object().getJsonArray("symbols"));
    var book = fixture.get("depth?symbol=BTCUSDT").object();
    assertEquals(new JsonArray(), book.getJsonArray("bids"));
    assertEquals(new JsonArray(), book.getJsonArray("asks"));
  }

  @Test
  void a_missing_symbol_is_left_out() {
    add(Fault.of(FaultKind.MISSING_SYMBOL).forSymbol("ETHUSDT"));
    var list = fixture.get(BOTH).array();
    assertEquals(1, list.size());
    assertEquals("BTCUSDT", list.getJsonObject(0).getString("symbol"));
    assertFalse(fixture.get("ticker/price?symbol=ETHUSDT").object().containsKey("symbol"));
    assertEquals(1, fixture.get("exchangeInfo").object().getJsonArray("symbols").size());
  }

  @Test
  void a_fault_for_a_symbol_corrupts_only_its_part() {
    add(Fault.of(FaultKind.ZERO_PRICE).forSymbol("ETHUSDT"));
    var list = fixture.get(BOTH).array();
    assertFalse(list.getJsonObject(0).getString("lastPrice").equals("0.00000000"));
    assertEquals("0.00000000", list.getJsonObject(1).getString("lastPrice"));
    assertFalse(fixture.get(ONE).object().getString("lastPrice").equals("0.00000000"));
    assertEquals(2, fixture.market().served("BTCUSDT").size());
    assertEquals(List.of(), fixture.market().served("ETHUSDT"));
  }

  @Test
  void a_fault_for_an_endpoint_does_not_affect_others() {
    add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.TICKER_24HR));
    assertEquals(500, fixture.get(ONE).status());
    assertEquals(200, fixture.get("ticker/price?symbol=BTCUSDT").status());
  }

  @Test
  void a_fault_for_n_requests_ends_after_them() {
    add(Fault.of(FaultKind.SERVER_ERROR).times(2));
    assertEquals(500, fixture.get(ONE).status());
    assertEquals(500, fixture.get(ONE).status());
    assertEquals(200, fixture.get(ONE).status());
    assertEquals(List.of(), fixture.simulator().faults().active());
  }

  @Test
  void of_several_matching_faults_the_oldest_is_applied() {
    add(Fault.of(FaultKind.OVERLOADED).forSymbol("ETHUSDT"));
    add(Fault.of(FaultKind.SERVER_ERROR));
    assertEquals(500, fixture.get(ONE).status());
    assertEquals(503, fixture.get(BOTH).status());
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "HANG",
        "SLOW",
        "HUGE_BODY",
        "CLOSED",
        "LATE_VISIBILITY",
        "LATE_FILL",
        "DROPPED_STREAMS"
      },
      mode = EnumSource.Mode.EXCLUDE)
  void a_corrupted_response_is_counted_but_not_recorded_as_served(FaultKind kind) {
    add(Fault.of(kind).times(1));
    if (kind == FaultKind.EARLY_CLOSE) {
      assertThrows(RuntimeException.class, () -> fixture.get(ONE));
    } else {
      fixture.get(ONE);
    }
    assertEquals(1, fixture.simulator().calls().of(Endpoint.TICKER_24HR, "BTCUSDT"));
    assertEquals(List.of(), fixture.market().served("BTCUSDT"));
    assertEquals("BTCUSDT", fixture.get(ONE).object().getString("symbol"));
    assertEquals(1, fixture.market().served("BTCUSDT").size());
  }

  @Test
  void an_error_response_is_not_changed_by_a_fault_of_the_body() {
    add(FaultKind.NAN);
    assertEquals(
        new JsonObject("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}"),
        fixture.get("ticker/price?symbol=NOPE").object());
  }

  private void add(FaultKind kind) {
    fixture.simulator().faults().add(kind);
  }

  private void add(Fault fault) {
    fixture.simulator().faults().add(fault);
  }
}
