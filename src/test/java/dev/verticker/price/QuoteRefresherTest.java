package dev.verticker.price;

import static dev.verticker.price.QuoteFixture.NOON;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.message.Interval;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuoteRefresherTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void a_failure_without_a_message_is_reported_by_its_class_name() {
    var refresher = refresher(new FailingExchange(new ClosedChannelException(), false));

    var outcome = await(refresher.refresh(1));

    assertEquals(ClosedChannelException.class, outcome.failure().getClass());
    assertEquals(Optional.of("ClosedChannelException"), refresher.outage());
  }

  @Test
  void an_exception_of_the_exchange_package_is_reported_like_a_failure() {
    var refresher = refresher(new FailingExchange(new IllegalStateException(), true));

    assertEquals(
        IllegalStateException.class, await(refresher.refresh(1)).failure().getClass());
    assertEquals(Optional.of("IllegalStateException"), refresher.outage());
  }

  private QuoteRefresher refresher(MarketData exchange) {
    return new QuoteRefresher(
        new TickerBatches(exchange),
        new ListedSymbols(vertx, exchange, "simulated", new SteppedClock(NOON)),
        new LatestQuotes(List.of("BTCUSDT")),
        new OnDemandSymbols(),
        null,
        new SteppedClock(NOON));
  }

  /** @param thrown whether calls throw instead of returning a failed future */
  private record FailingExchange(Exception failure, boolean thrown) implements MarketData {
    @Override
    public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
      if (thrown) {
        throw (RuntimeException) failure;
      }
      return Future.failedFuture(failure);
    }

    @Override
    public Future<ExchangeInfo> exchangeInfo() {
      return Future.failedFuture(failure);
    }

    @Override
    public Future<List<Kline>> klines(
        String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
      return Future.failedFuture(failure);
    }
  }
}
