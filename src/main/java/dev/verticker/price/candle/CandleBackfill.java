package dev.verticker.price.candle;

import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import dev.verticker.price.candle.CandleRepository.ChunkCount;
import dev.verticker.price.candle.CandleRepository.Range;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.stream.Collectors;

/** The chunks of history that are not stored completely, the newest of each series first. */
final class CandleBackfill {
  /** One request returns a chunk and the candle after it. */
  private static final int CHUNK = 960;

  private final CandleRepository repository;
  private final MarketData exchange;
  private final Map<String, Instant> firstMinutes = new HashMap<>();
  private final Queue<Chunk> chunks = new PriorityQueue<>(Comparator.comparingLong(Chunk::number)
      .thenComparing(chunk -> chunk.range().series()));

  /** @param number 0 = the newest of its symbol and series */
  private record Chunk(long number, Range range) {}

  CandleBackfill(CandleRepository repository, MarketData exchange) {
    this.repository = repository;
    this.exchange = exchange;
  }

  /** Adds the incomplete chunks of the symbol's series. @param now open time of the current minute */
  Future<Void> plan(String symbol, BaseSeries series, Instant now) {
    return firstMinute(symbol).compose(first -> {
      var end = series.interval().openTime(now);
      var oldest = series.interval().openTime(now.minus(series.backfill()));
      var listed = first.equals(Instant.MAX) ? end : series.interval().openTime(first);
      var range = new Range(symbol, series, listed.isAfter(oldest) ? listed : oldest, end);
      return repository
          .countConfirmed(range, series.length().multipliedBy(CHUNK))
          .onSuccess(counts -> add(range, counts))
          .mapEmpty();
    });
  }

  /** Returns the next chunk, or null. */
  Range poll() {
    var chunk = chunks.poll();
    return chunk == null ? null : chunk.range();
  }

  /** Adds a chunk again, after all others. */
  void retryLater(Range range) {
    chunks.add(new Chunk(Long.MAX_VALUE, range));
  }

  int remaining() {
    return chunks.size();
  }

  void clear() {
    chunks.clear();
  }

  /** The exchange has no candles before its first minute; {@link Instant#MAX} if the symbol was never traded. */
  private Future<Instant> firstMinute(String symbol) {
    var known = firstMinutes.get(symbol);
    return known != null
        ? Future.succeededFuture(known)
        : exchange
            .klines(symbol, Interval.ONE_MINUTE, Instant.EPOCH, null, 1, Priority.BACKFILL)
            .map(klines -> klines.isEmpty() ? Instant.MAX : klines.get(0).openTime())
            .onSuccess(first -> firstMinutes.put(symbol, first));
  }

  private void add(Range range, List<ChunkCount> counts) {
    var confirmed =
        counts.stream().collect(Collectors.toMap(ChunkCount::first, ChunkCount::candles));
    var length = range.series().length().multipliedBy(CHUNK);
    var missing = new ArrayList<Range>();
    for (var start = chunkStart(range.first(), length);
        start.isBefore(range.until());
        start = start.plus(length)) {
      var first = start.isBefore(range.first()) ? range.first() : start;
      var until = start.plus(length).isAfter(range.until()) ? range.until() : start.plus(length);
      var expected = Duration.between(first, until).dividedBy(range.series().length());
      if (confirmed.getOrDefault(start, 0L) < expected) {
        missing.add(new Range(range.symbol(), range.series(), first, until));
      }
    }
    for (var i = 0; i < missing.size(); i++) {
      chunks.add(new Chunk(missing.size() - 1 - i, missing.get(i)));
    }
  }

  private static Instant chunkStart(Instant time, Duration length) {
    var seconds = length.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), seconds) * seconds);
  }
}
