package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.trade;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TradeGapsTest {
  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final FakeTrades exchange = new FakeTrades();
  private final TradeGaps gaps =
      new TradeGaps(vertx, exchange, changed -> {}, Duration.ofMillis(50));

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void trades_after_a_gap_follow_when_the_exchange_does_not_respond_in_time() {
    exchange.paused = true;
    var sequence = sequence("BTCUSDT");
    var filled = await(context, () -> {
      var fill = gaps.fill(sequence);
      sequence.hold(trade(20));
      return fill;
    });
    assertFalse(filled);
    assertFalse(gaps.isFilling(sequence));
    var parts = sequence.take();
    assertEquals(2, parts.size());
    assertEquals(9, parts.get(1).missed());
    assertEquals(List.of(trade(20)), parts.get(1).trades());
  }

  @Test
  void a_gap_of_more_than_five_thousand_trades_is_not_filled() {
    exchange.newest = 20_000;
    var sequence = sequence("BTCUSDT");

    assertFalse(await(context, () -> gaps.fill(sequence)));

    assertEquals(5, exchange.requests.size());
    assertEquals(
        5_001, sequence.take().stream().mapToInt(part -> part.trades().size()).sum());
  }

  @Test
  void three_symbols_are_requested_at_once_and_the_others_wait() {
    exchange.paused = true;
    exchange.newest = 10;
    var sequences = IntStream.range(0, 10).mapToObj(i -> sequence("S" + i)).toList();
    var filled = await(context, () -> {
      var fills = sequences.stream().map(gaps::fill).toList();
      assertEquals(3, exchange.requests.size());
      exchange.respond();
      return Future.all(fills);
    });
    assertEquals(10, filled.size());
    assertEquals(10, exchange.requests.size());
  }

  private static TradeSequence sequence(String symbol) {
    var sequence = new TradeSequence(symbol);
    sequence.add(trade(10));
    return sequence;
  }
}
