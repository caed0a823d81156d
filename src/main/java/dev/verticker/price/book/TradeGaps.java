package dev.verticker.price.book;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.RequestQueue;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests the trades after the last one of a sequence, at most five thousand and for a limited time; then the trades that were
 * held back follow.
 */
final class TradeGaps {
  private static final Logger log = LoggerFactory.getLogger(TradeGaps.class);
  private static final int MAX_REQUESTS = 5;
  private static final int MAX_RUNNING = 3;
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final MarketData exchange;
  private final Consumer<TradeSequence> onChange;
  private final Duration timeout;
  private final Map<TradeSequence, Fill> fills = new HashMap<>();
  private final RequestQueue requests = new RequestQueue(MAX_RUNNING);

  private static final class Fill {
    private final TradeSequence sequence;
    private final long missedBefore;
    private final Promise<Boolean> complete = Promise.promise();
    private int requests;

    /** Whether the exchange has sent all trades up to the newest, or up to those that are held. */
    private boolean received;

    private Fill(TradeSequence sequence) {
      this.sequence = sequence;
      this.missedBefore = sequence.missed();
    }

    private int remaining() {
      return (MAX_REQUESTS - requests) * MarketData.MAX_TRADES;
    }
  }

  /**
   * @param onChange is called after trades were added to a sequence
   * @param timeout of the requests of one gap
   */
  TradeGaps(Vertx vertx, MarketData exchange, Consumer<TradeSequence> onChange, Duration timeout) {
    this.vertx = vertx;
    this.exchange = exchange;
    this.onChange = onChange;
    this.timeout = timeout;
  }

  boolean isFilling(TradeSequence sequence) {
    return fills.containsKey(sequence);
  }

  /** Fills the gap after the last trade; returns whether it is complete, never fails. */
  Future<Boolean> fill(TradeSequence sequence) {
    var current = fills.get(sequence);
    if (current != null) {
      return current.complete.future();
    }
    var fill = new Fill(sequence);
    fills.put(sequence, fill);
    requests.add(() -> start(fill));
    return fill.complete.future();
  }

  /** Ends the requests; trades that they did not return are missed. */
  void stop(TradeSequence sequence) {
    var fill = fills.remove(sequence);
    if (fill != null) {
      sequence.release();
      onChange.accept(sequence);
      var missed = sequence.missed() - fill.missedBefore;
      if (missed > 0) {
        log.warn("{} trades of {} are missing after an interruption", missed, sequence.symbol());
      }
      fill.complete.complete(missed == 0 && fill.received);
    }
  }

  private Future<Boolean> start(Fill fill) {
    var timer = vertx.setTimer(timeout.toMillis(), id -> stop(fill));
    return request(fill).onSuccess(received -> fill.received = received).onComplete(done -> {
      vertx.cancelTimer(timer);
      stop(fill);
    });
  }

  private void stop(Fill fill) {
    if (isCurrent(fill)) {
      stop(fill.sequence);
    }
  }

  /** Requests page after page; returns whether all missing trades were received, and fails like a request. */
  private Future<Boolean> request(Fill fill) {
    if (!isCurrent(fill) || fill.requests == MAX_REQUESTS) {
      return Future.succeededFuture(false);
    }
    var from = fill.sequence.firstMissing(fill.remaining());
    fill.requests++;
    var page = new FindTrades(fill.sequence.symbol(), from, null, null, MarketData.MAX_TRADES);
    return exchange.trades(page, Priority.GAPS).compose(trades -> {
      if (!isCurrent(fill)) {
        return Future.succeededFuture(false);
      }
      var more = add(fill.sequence, trades);
      return more ? request(fill) : Future.succeededFuture(true);
    });
  }

  /** Returns whether more trades are missing. */
  private boolean add(TradeSequence sequence, List<Trade> trades) {
    trades.forEach(sequence::add);
    onChange.accept(sequence);
    return sequence.isIncomplete(trades.size() == MarketData.MAX_TRADES);
  }

  private boolean isCurrent(Fill fill) {
    return fills.get(fill.sequence) == fill;
  }
}
