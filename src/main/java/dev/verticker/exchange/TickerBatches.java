package dev.verticker.exchange;

import dev.verticker.exchange.ExchangeException.UnknownSymbolException;
import dev.verticker.exchange.RateLimits.Priority;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Requests tickers of any number of symbols in batches, two at a time, so that connections remain for other requests. One
 * unlisted symbol fails its whole batch; the batch is then halved until the unlisted symbols are found.
 */
public final class TickerBatches {
  private static final int MAX_CONCURRENT = 2;

  private final MarketData exchange;

  public TickerBatches(MarketData exchange) {
    this.exchange = exchange;
  }

  /**
   * The result of all batches.
   *
   * @param received number of tickers
   * @param unlisted symbols that the exchange does not list
   * @param failure of one of the batches, except for unlisted symbols; null if there was none
   */
  public record Outcome(int received, Set<String> unlisted, Throwable failure) {
    public Outcome {
      unlisted = Set.copyOf(unlisted);
    }
  }

  /**
   * Requests the symbols; never fails.
   *
   * @param symbols no duplicates
   * @param receiver receives the tickers of each batch when it arrives
   */
  public Future<Outcome> fetch(
      List<String> symbols, Priority priority, Consumer<List<Ticker>> receiver) {
    var run = new Run(priority, receiver);
    for (var first = 0; first < symbols.size(); first += MarketData.MAX_TICKERS) {
      run.waiting.add(
          symbols.subList(first, Math.min(symbols.size(), first + MarketData.MAX_TICKERS)));
    }
    return Future.all(IntStream.range(0, MAX_CONCURRENT)
            .mapToObj(worker -> run.requestNext())
            .toList())
        .map(done -> new Outcome(run.received, run.unlisted, run.failure));
  }

  private final class Run {
    private final Priority priority;
    private final Consumer<List<Ticker>> receiver;
    private final Deque<List<String>> waiting = new ArrayDeque<>();
    private final Set<String> unlisted = new HashSet<>();
    private int received;
    private Throwable failure;

    Run(Priority priority, Consumer<List<Ticker>> receiver) {
      this.priority = priority;
      this.receiver = receiver;
    }

    Future<Void> requestNext() {
      var batch = waiting.poll();
      return batch == null
          ? Future.succeededFuture()
          : request(batch).compose(done -> requestNext());
    }

    private Future<Void> request(List<String> batch) {
      return Future.succeededFuture()
          .compose(start -> exchange.tickers(batch, priority))
          .map(this::accept)
          .otherwise(cause -> fail(batch, cause));
    }

    private Void accept(List<Ticker> tickers) {
      receiver.accept(tickers);
      received += tickers.size();
      return null;
    }

    private Void fail(List<String> batch, Throwable cause) {
      if (!(cause instanceof UnknownSymbolException)) {
        failure = cause;
      } else if (batch.size() == 1) {
        unlisted.addAll(batch);
      } else {
        waiting.addFirst(batch.subList(batch.size() / 2, batch.size()));
        waiting.addFirst(batch.subList(0, batch.size() / 2));
      }
      return null;
    }
  }
}
