package dev.verticker.price.book;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.price.feed.FeedLeader;
import dev.verticker.price.feed.Throttle;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Publishes the trades of the leader's stream: each once, in the order of their ids, at most one message in five milliseconds.
 * Trades before a gap in the ids are requested first; those that the exchange does not return in time are counted as missed.
 */
final class TradeFeed implements MarketStream.Listener, FeedLeader.Listener {
  private static final Duration INTERVAL = Duration.ofMillis(5);

  /** Trades of one message of the event bus. */
  private static final int MAX_BATCH = MarketData.MAX_TRADES;

  private final Bus bus;
  private final String venue;
  private final LongSupplier epoch;
  private final Throttle publication;
  private final TradeGaps gaps;
  private final Counter missed;
  private final Map<String, TradeSequence> sequences = new HashMap<>();
  private final Set<TradeSequence> changed = new LinkedHashSet<>();

  /** @param epoch of this node's leadership */
  TradeFeed(
      Vertx vertx,
      Bus bus,
      String venue,
      LongSupplier epoch,
      MarketData exchange,
      MeterRegistry metrics) {
    this.bus = bus;
    this.venue = venue;
    this.epoch = epoch;
    this.publication = new Throttle(vertx, INTERVAL, this::publish);
    this.gaps = new TradeGaps(vertx, exchange, this::onChange, TradeGaps.DEFAULT_TIMEOUT);
    this.missed = metrics.counter("price_trades_missed_total");
  }

  @Override
  public void onTrade(String symbol, Trade trade) {
    var sequence = sequences.computeIfAbsent(symbol, TradeSequence::new);
    if (gaps.isFilling(sequence) || sequence.isGapBefore(trade)) {
      // Before the request, which may fail at once.
      var hasRoom = sequence.hold(trade);
      gaps.fill(sequence);
      if (!hasRoom) {
        gaps.stop(sequence);
      }
    } else {
      sequence.add(trade);
      onChange(sequence);
    }
  }

  /** Requests the trades that the symbols missed; returns whether they are complete, never fails. */
  Future<Boolean> fillGap(List<String> symbols) {
    var fills = symbols.stream()
        .map(sequences::get)
        .filter(Objects::nonNull)
        .map(gaps::fill)
        .toList();
    return Future.all(fills).map(done -> fills.stream().allMatch(Future::result));
  }

  @Override
  public void onUnsubscribed(Set<MarketStream.Stream> streams) {
    streams.stream()
        .filter(stream -> stream.kind() == Kind.AGGREGATE_TRADE)
        .map(stream -> sequences.remove(stream.symbol()))
        .filter(Objects::nonNull)
        .forEach(gaps::stop);
  }

  @Override
  public void onElected(long newEpoch) {
    clear();
  }

  @Override
  public void onResigned() {
    clear();
  }

  private void clear() {
    sequences.values().forEach(gaps::stop);
    sequences.clear();
    changed.clear();
  }

  private void onChange(TradeSequence sequence) {
    changed.add(sequence);
    publication.schedule();
  }

  private void publish() {
    var batch = new ArrayList<SymbolTrades>();
    var size = 0;
    for (var sequence : changed) {
      for (var part : sequence.take()) {
        if (size + part.trades().size() > MAX_BATCH) {
          publish(batch);
          batch.clear();
          size = 0;
        }
        batch.add(part);
        size += part.trades().size();
        missed.increment(part.missed());
      }
    }
    changed.clear();
    publish(batch);
  }

  private void publish(List<SymbolTrades> batch) {
    if (!batch.isEmpty()) {
      bus.publish(Trades.UPDATES, new Trades.Update(venue, epoch.getAsLong(), batch));
    }
  }
}
