package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.dev.RecordedMarket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatorErrorsTest {
  private final SimulatorFixture fixture =
      new SimulatorFixture(SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT"));

  @AfterEach
  void close() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      ticker/price?symbol=btcusdt                                         | -1100
      ticker/price?symbol=BTC%2FUSDT                                      | -1100
      ticker/price?symbols=%5B%22BTCUSDT%22,%20%22ETHUSDT%22%5D           | -1100
      ticker/price?symbols=BTCUSDT                                        | -1100
      klines?symbol=BTCUSDT&interval=1m&limit=-1                          | -1100
      klines?symbol=BTCUSDT&interval=1m&startTime=now                     | -1100
      ping?x=1                                                            | -1101
      ticker/price?symbol=BTCUSDT&symbol=ETHUSDT                          | -1101
      klines                                                              | -1102
      klines?symbol=BTCUSDT                                               | -1102
      ticker/24hr?symbol=BTCUSDT&limit=1                                  | -1104
      ticker/price?symbol=                                                | -1105
      ticker/price?symbols=%5B%5D                                         | -1105
      klines?symbol=BTCUSDT&interval=1s                                   | -1120
      aggTrades?symbol=BTCUSDT&fromId=1&startTime=1                       | -1128
      aggTrades?symbol=NOPEUSDT                                           | -1121
      trades?symbol=NOPEUSDT                                              | -1121
      avgPrice?symbol=NOPEUSDT                                            | -1121
      trades                                                              | -1102
      klines?symbol=BTCUSDT&interval=7m                                   | -1120
      ticker/price?symbol=NOPEUSDT                                        | -1121
      ticker/24hr?symbol=NOPEUSDT                                         | -1121
      ticker/24hr?symbols=%5B%22BTCUSDT%22,%22NOPEUSDT%22%5D              | -1121
      exchangeInfo?symbols=%5B%22BTCUSDT%22,%22NOPEUSDT%22%5D             | -1121
      klines?symbol=NOPEUSDT&interval=1m                                  | -1121
      ticker/price?symbol=BTCUSDT&symbols=%5B%22ETHUSDT%22%5D             | -1128
      exchangeInfo?symbol=BTCUSDT&symbolStatus=TRADING                    | -1128
      klines?symbol=BTCUSDT&interval=1m&limit=0                           | -1130
      ticker/24hr?symbol=BTCUSDT&type=TINY                                | -1139
      ticker/24hr?symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D               | -1151
      ticker/price?symbol=BTCUSDT&symbolStatus=HALT                       | -1220
      """)
  void an_invalid_request_is_rejected_with_the_code_of_the_exchange(String path, int code) {
    var answer = fixture.get(path);
    assertEquals(400, answer.status());
    assertEquals(code, answer.object().getInteger("code"), answer.body());
    assertEquals(2, answer.object().size());
  }

  @Test
  void error_texts_are_those_of_recorded_responses() throws IOException {
    var recorded = Map.of(
        "error-400-1100-06", "klines?symbol=BTCUSDT&interval=1h&limit=-1",
        "error-400-1100-klines-2025", "klines?symbol=1000CAT%2FUSDT&interval=4h&limit=1000",
        "error-400-1101-00", "time?x=1",
        "error-400-1101-04", "ticker/24hr?symbol=BTCUSDT&symbol=BTCUSDT",
        "error-400-1102-09", "klines?symbol=BTCUSDT",
        "error-400-1102-10", "klines?fromId=1",
        "error-400-1104-01", "ticker/24hr?limit=1",
        "error-400-1104-11", "klines?fromId=1&symbol=BTCUSDT&interval=1h",
        "error-400-1121-klines", "klines?symbol=BOGUS&limit=2&interval=1h");
    for (var entry : recorded.entrySet()) {
      assertEquals(wording(entry.getKey()), fixture.get(entry.getValue()).object(), entry.getKey());
    }
    assertEquals(
        wording("error-400-1128-07"),
        fixture.get("ticker/price?symbol=BTCUSDT&symbols=%5B%22ETHUSDT%22%5D").object());
    assertEquals(
        wording("doc-error-1120-bad-interval"),
        fixture.get("klines?symbol=BTCUSDT&interval=7m").object());
    assertEquals(
        wording("doc-error-1105-param-empty"),
        fixture.get("ticker/price?symbol=").object());
  }

  @Test
  void failure_texts_are_those_of_recorded_responses() throws IOException {
    assertEquals(wording("error-429-1003-weight"), struck(FaultKind.RATE_LIMITED));
    assertEquals(wording("doc-error-1000-unknown"), struck(FaultKind.SERVER_ERROR));
    assertEquals(wording("doc-error-1008-busy"), struck(FaultKind.OVERLOADED));
    var recorded = wording("error-418-1003-banned");
    var end = SteppedTime.START.plusSeconds(60).toEpochMilli();
    var expected = recorded.getString("msg").replaceAll("until [0-9]+", "until " + end);
    assertEquals(recorded.put("msg", expected), struck(FaultKind.BANNED));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
      ping                                                    |  1
      time                                                    |  1
      ticker/price?symbol=BTCUSDT                             |  2
      ticker/price?symbols=%5B%22BTCUSDT%22%5D                |  4
      ticker/price                                            |  4
      ticker/24hr?symbol=BTCUSDT                              |  2
      ticker/24hr?symbols=%5B%22BTCUSDT%22,%22ETHUSDT%22%5D   |  2
      ticker/24hr                                             | 80
      klines?symbol=BTCUSDT&interval=1m                       |  2
      exchangeInfo                                            | 20
      """)
  void the_weight_of_a_request_is_the_documented_one(String path, String weight) {
    var answer = fixture.get(path);
    assertEquals(weight, answer.header("X-MBX-USED-WEIGHT"));
    assertEquals(weight, answer.header("X-MBX-USED-WEIGHT-1M"));
  }

  @ParameterizedTest
  @CsvSource({"20,2", "21,40", "100,40", "101,80", "1000,80"})
  void a_longer_list_has_more_weight(int symbols, String weight) {
    var list = new StringBuilder("[\"A0\"");
    for (int number = 1; number < symbols; number++) {
      list.append(",\"A").append(number).append('"');
    }
    var path =
        "ticker/24hr?symbols=" + SimulatorFixture.encoded(list.append(']').toString());
    var answer = fixture.get(path);
    assertEquals(weight, answer.header("X-MBX-USED-WEIGHT-1M"));
    assertEquals(-1121, answer.object().getInteger("code"));
  }

  @Test
  void too_much_weight_is_rejected_until_the_minute_ends() {
    fixture.advance(Duration.ofSeconds(10).plusMillis(500));
    for (int call = 0; call < 6000 / 80; call++) {
      assertEquals(200, fixture.get("ticker/24hr").status());
    }
    var refused = fixture.get("ping");
    assertEquals(429, refused.status());
    assertEquals("50", refused.header("Retry-After"));
    assertEquals("6001", refused.header("X-MBX-USED-WEIGHT-1M"));
    assertEquals(-1003, refused.object().getInteger("code"));
    fixture.advance(Duration.ofSeconds(50));
    assertEquals("1", fixture.get("ping").header("X-MBX-USED-WEIGHT-1M"));
  }

  private JsonObject struck(FaultKind kind) {
    fixture.simulator().faults().add(Fault.of(kind).times(1));
    return fixture.get("ticker/24hr").object();
  }

  private static JsonObject wording(String name) throws IOException {
    var file = RecordedMarket.responses().resolve(name + ".json");
    return new JsonObject(Files.readString(file));
  }
}
