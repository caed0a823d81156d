package dev.verticker.price.candle;

import static dev.verticker.price.candle.FakeExchange.after;
import static dev.verticker.price.candle.FakeExchange.forming;
import static dev.verticker.price.candle.FakeExchange.kline;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.Kline;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Candles.SymbolCandle;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CandleFeedTest extends CandleTestCase {
  private final Kline minute = kline(SYMBOL, NOON, 1);
  private final Kline next = kline(SYMBOL, after(NOON, 1), 2);

  @Test
  void changes_of_one_batch_are_published_together_and_closed_candles_are_stored() {
    receive(forming(minute, 1), forming(minute, 2), minute, forming(next, 1));

    until("published", () -> published.size() == 2);
    assertEquals(List.of(State.FINAL, State.FORMING), states());
    assertEquals(StoredCandle.candle(minute, State.FINAL), published.get(0).candle());
    until("stored", () -> stored(BaseSeries.MINUTES).size() == 1);
    var stored = stored(BaseSeries.MINUTES).get(0);
    assertEquals(StoredCandle.of(minute, BaseSeries.MINUTES, State.FINAL, false), stored);
  }

  @Test
  void a_closed_candle_is_not_replaced_by_one_that_is_forming() {
    receive(minute);
    receive(forming(kline(SYMBOL, NOON, 99), 5000));
    receive(next);

    until("the next minute is published", () -> published.size() == 2);
    assertEquals(List.of(State.FINAL, State.FINAL), states());
    assertEquals(StoredCandle.candle(minute, State.FINAL), liveMinutes().get(NOON));
  }

  @Test
  void a_repeated_or_older_state_of_the_forming_candle_is_ignored() {
    receive(forming(minute, 7));
    until("published", () -> published.size() == 1);
    receive(forming(kline(SYMBOL, NOON, 99), 6));
    receive(forming(minute, 7));
    receive(forming(minute, 8));
    until("published", () -> published.size() == 2);
    assertEquals(8, published.get(1).candle().trades());
  }

  @Test
  void a_minute_whose_last_state_did_not_arrive_is_pending_until_it_is_known() {
    receive(forming(minute, 7));
    until("published", () -> published.size() == 1);
    receive(forming(next, 1));
    until("the next minute is published", () -> published.size() == 3);
    assertEquals(List.of(State.FORMING, State.PENDING, State.FORMING), states());
    assertEquals(State.PENDING, liveMinutes().get(NOON).state());

    await(context, () -> {
      feed.onChange(SYMBOL, StoredCandle.candle(minute, State.FINAL));
      return Future.succeededFuture();
    });
    until("final", () -> published.size() == 4);
    assertEquals(State.FINAL, liveMinutes().get(NOON).state());
  }

  @Test
  void candles_of_symbols_that_are_not_configured_are_published_and_not_stored() {
    receive(kline("DOGEUSDT", NOON, 3));
    receive(minute);
    until("published", () -> published.size() == 2);
    assertEquals(
        List.of("DOGEUSDT", SYMBOL),
        published.stream().map(SymbolCandle::symbol).toList());
    until("stored", () -> stored(BaseSeries.MINUTES).size() == 1);
    assertEquals(1, rows.number("SELECT count(*) FROM market.candles"));
  }

  @Test
  void a_stored_candle_is_kept_when_the_stream_repeats_it_with_other_figures() {
    receive(minute);
    until("stored", () -> stored(BaseSeries.MINUTES).size() == 1);
    await(context, () -> {
      feed.reset();
      return Future.succeededFuture();
    });
    receive(kline(SYMBOL, NOON, 99), next);
    until("stored", () -> stored(BaseSeries.MINUTES).size() == 2);
    assertTrue(stored(BaseSeries.MINUTES).get(0).hasSameValues(minute));
  }

  private void receive(Kline... klines) {
    await(context, () -> {
      List.of(klines).forEach(feed::onKline);
      return Future.succeededFuture();
    });
  }

  private Map<java.time.Instant, Candle> liveMinutes() {
    return await(context, () -> Future.succeededFuture(Map.copyOf(live.minutes(SYMBOL))));
  }

  private List<State> states() {
    return published.stream().map(each -> each.candle().state()).toList();
  }
}
