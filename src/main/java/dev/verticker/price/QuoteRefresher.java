package dev.verticker.price;

import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.exchange.TickerBatches.Outcome;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Refreshes the quotes of all configured and on-demand symbols. */
final class QuoteRefresher {
  private static final Logger log = LoggerFactory.getLogger(QuoteRefresher.class);
  private static final Outcome NOTHING = new Outcome(0, Set.of(), null);

  private final TickerBatches exchange;
  private final ListedSymbols listed;
  private final LatestQuotes latest;
  private final OnDemandSymbols onDemand;
  private final QuoteRecorder recorder;
  private final Clock clock;

  /** The current outage or null. The health check reads it on another thread. */
  private volatile String outage;

  QuoteRefresher(
      TickerBatches exchange,
      ListedSymbols listed,
      LatestQuotes latest,
      OnDemandSymbols onDemand,
      QuoteRecorder recorder,
      Clock clock) {
    this.exchange = exchange;
    this.listed = listed;
    this.latest = latest;
    this.onDemand = onDemand;
    this.recorder = recorder;
    this.clock = clock;
  }

  /**
   * Refreshes the quotes, and records those of each response when it arrives. Never fails: the outcome contains the failure,
   * also if the exchange sent no usable price. Symbols that the exchange does not list are left out from then on.
   */
  Future<Outcome> refresh(long slot) {
    var symbols = symbols();
    return symbols.isEmpty()
        ? Future.succeededFuture(NOTHING)
        : exchange
            .fetch(symbols, Priority.QUOTES, tickers -> recorder.record(tickers, slot))
            .map(this::checked)
            .onSuccess(this::report);
  }

  /**
   * Stores the quotes that streams delivered in an ended slot, unless the slot has a row.
   *
   * @param refresh the refresh of the slot, if it is still running; its quotes are stored first
   */
  void storeStreamed(long slot, Future<?> refresh) {
    var quotes = recorder.streamed(symbols(), slot);
    if (!quotes.isEmpty()) {
      refresh.onComplete(done -> recorder.store(quotes, slot));
    }
  }

  /** Returns the refreshed symbols, configured ones first. */
  List<String> symbols() {
    return Stream.concat(latest.configured().stream(), onDemand.symbols(clock.instant()).stream())
        .filter(listed::mayExist)
        .distinct()
        .toList();
  }

  /** Returns why the last refresh failed; empty after a successful one. */
  Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  private Outcome checked(Outcome outcome) {
    listed.exclude(outcome.unlisted());
    outcome.unlisted().forEach(onDemand::remove);
    return outcome.received() > 0
            || outcome.failure() != null
            || !outcome.unlisted().isEmpty()
        ? outcome
        : new Outcome(
            0, Set.of(), new ExchangeUnavailableException("the exchange sent no usable price"));
  }

  private void report(Outcome outcome) {
    var reason = outcome.failure() == null
        ? null
        : Objects.requireNonNullElse(
            outcome.failure().getMessage(), outcome.failure().getClass().getSimpleName());
    if (reason == null && outage != null) {
      log.info("price refresh recovered");
    } else if (reason != null && !reason.equals(outage)) {
      log.warn("price refresh failed: {}", reason);
    }
    outage = reason;
  }
}
