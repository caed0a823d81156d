package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The market of one symbol: its trades at any time since the oldest minute, and their candles. Before the first recorded
 * minute the trades are generated ({@link History}), then the recording repeats. Thread-safe.
 */
final class SymbolMarket {
  /** Id of the first trade of the recording, so that earlier trades have positive ids, too. */
  private static final long FIRST_TRADE = 1_000_000_000L;

  private static final long HOUR = 60;

  private final String symbol;
  private final CandleSeries recording;
  private final History history;
  private final Timeline timeline;
  private final BookShape bookShape;
  private volatile ClosedDay closedDay = new ClosedDay(Long.MIN_VALUE, Optional.empty());
  private volatile TradedMinute recent = new TradedMinute(Long.MIN_VALUE, null);

  /** The candle of the closed minutes of a day, cached for one minute. */
  private record ClosedDay(long minute, Optional<Candle> candle) {}

  /** The trades of a minute with their times, cached because most requests are about the current minute. */
  private record TradedMinute(long minute, MinuteTrades trades) {}

  /** A minute of the recording or of a generated day. */
  private record Place(CandleSeries series, int index) {
    Optional<Bar> bar() {
      return series.at(index);
    }
  }

  SymbolMarket(
      String symbol, CandleSeries recording, History history, Timeline timeline, long seed) {
    this.symbol = symbol;
    this.recording = recording;
    this.history = history;
    this.timeline = timeline;
    this.bookShape = BookShape.of(recording, seed * 31 + symbol.hashCode());
  }

  String symbol() {
    return symbol;
  }

  Units units() {
    return recording.units();
  }

  BookShape bookShape() {
    return bookShape;
  }

  long oldestMinute() {
    return timeline.oldestMinute();
  }

  /** The complete candle of a minute, even if it has not ended; empty if it was not recorded or is too old. */
  Optional<Candle> minute(long minute) {
    return candle(minute, minute + 1, Timeline.start(minute + 1));
  }

  /** The candle of an interval as known at {@code now}; empty without a recorded minute. */
  Optional<Candle> candle(Interval interval, Instant openTime, Instant now) {
    return candle(Timeline.minute(openTime), Timeline.minute(interval.next(openTime)), now);
  }

  /** The candle of the last minutes, the forming one included; empty without a recorded minute. */
  Optional<Candle> minutes(int minutes, Instant now) {
    var minute = Timeline.minute(now);
    return candle(minute - minutes + 1, minute + 1, now);
  }

  /** The 24-hour candle at minute precision; its open time is not significant. */
  Optional<Candle> day(Instant now) {
    var minute = Timeline.minute(now);
    var closed = closedDay;
    if (closed.minute != minute) {
      closed = new ClosedDay(minute, candle(minute - History.DAY + 1, minute, now));
      closedDay = closed;
    }
    var forming = candle(minute, minute + 1, now);
    return closed.candle.isEmpty() || forming.isEmpty()
        ? closed.candle.or(() -> forming)
        : Optional.of(closed.candle.get().plus(forming.get()));
  }

  /** The last price before the 24-hour candle. */
  BigDecimal closeBeforeDay(Instant now) {
    return units().price(lastPrice(Timeline.minute(now) - History.DAY));
  }

  /** The newest trade at {@code now}; the market has trades before any time that is not too old. */
  SimulatedTrade lastTrade(Instant now) {
    var minute = Timeline.minute(now);
    var trades = trades(minute);
    var count = trades.until(now.toEpochMilli() - minute * Timeline.MINUTE);
    while (count == 0) {
      minute--;
      trades = trades(minute);
      count = trades.size();
    }
    return trade(minute, trades, count - 1);
  }

  /** The order book at {@code now}: that after the newest trade, or already that before the next one. */
  SimulatedBook book(Instant now) {
    var last = lastTrade(now);
    return nextTrade(now)
        .filter(next -> !now.isBefore(SimulatedBook.movesAt(last.time(), next.time())))
        .map(next -> SimulatedBook.before(next, bookShape))
        .orElseGet(() -> SimulatedBook.after(last, bookShape));
  }

  /** Trades with ids from {@code first} on, oldest first, not newer than {@code now}. */
  List<SimulatedTrade> tradesFrom(long first, int limit, Instant now) {
    var found = new ArrayList<SimulatedTrade>();
    var id = Math.max(first, firstTrade(timeline.oldestMinute()));
    var newest = lastTrade(now).id();
    if (id > newest) {
      return found;
    }
    for (var minute = minuteOf(id); id <= newest && found.size() < limit; minute++) {
      var trades = trades(minute);
      for (var index = (int) (id - firstTrade(minute));
          index < trades.size() && id <= newest && found.size() < limit;
          index++) {
        found.add(trade(minute, trades, index));
        id++;
      }
    }
    return found;
  }

  /** Id of the first trade at or after the time. */
  long firstTradeAt(Instant time) {
    var minute = Math.max(Timeline.minute(time), timeline.oldestMinute());
    var before = time.toEpochMilli() - minute * Timeline.MINUTE - 1;
    return firstTrade(minute) + (before < 0 ? 0 : trades(minute).until(before));
  }

  /** Id of the first trade at or after the begin of the minute. */
  long firstTrade(long minute) {
    var played = timeline.played(minute);
    return FIRST_TRADE + (played < 0 ? played * History.TRADES : recording.tradesBefore(played));
  }

  MinuteTrades trades(long minute) {
    var cached = recent;
    if (cached.minute == minute) {
      return cached.trades;
    }
    var place = place(minute);
    var trades = place.bar().isPresent()
        ? place.series.trades(place.index)
        : new MinuteTrades(Bar.NONE, units(), new SplittableRandom(0));
    // Other threads read the times, too.
    trades.until(0);
    recent = new TradedMinute(minute, trades);
    return trades;
  }

  SimulatedTrade trade(long minute, MinuteTrades trades, int index) {
    return new SimulatedTrade(
        firstTrade(minute) + index,
        units().price(trades.price(index)),
        units().quantity(trades.quantity(index)),
        units().quote(units().quoteUnits(trades.price(index), trades.quantity(index))),
        Timeline.start(minute).plusMillis(trades.time(index)),
        trades.buyerIsMaker(index));
  }

  /** The first trade after {@code now}, if it is near enough for the book to have moved to its price. */
  private Optional<SimulatedTrade> nextTrade(Instant now) {
    var minute = Timeline.minute(now);
    var trades = trades(minute);
    var count = trades.until(now.toEpochMilli() - minute * Timeline.MINUTE);
    if (count < trades.size()) {
      return Optional.of(trade(minute, trades, count));
    }
    var following = Timeline.minute(now.plus(SimulatedBook.MAX_LEAD));
    return following > minute && trades(following).size() > 0
        ? Optional.of(trade(following, trades(following), 0))
        : Optional.empty();
  }

  /** The candle of {@code [first, end)}, of which the whole hours before the current one are cached. */
  private Optional<Candle> candle(long first, long end, Instant now) {
    var current = Math.floorDiv(Timeline.minute(now), HOUR);
    var sum = Optional.<Candle>empty();
    for (var hour = Math.floorDiv(first, HOUR); hour * HOUR < end; hour++) {
      var from = Math.max(first, hour * HOUR);
      var to = Math.min(end, (hour + 1) * HOUR);
      var part = to - from == HOUR && hour < current
          ? history.hour(symbol, hour, () -> minutes(from, to, now))
          : minutes(from, to, now);
      sum = sum.isPresent() && part.isPresent()
          ? Optional.of(sum.get().plus(part.get()))
          : sum.or(() -> part);
    }
    return sum.map(candle -> candle.at(Timeline.start(first)));
  }

  /** Adds the minutes in {@code [first, end)} that have begun; the minute of {@code now} up to now. */
  private Optional<Candle> minutes(long first, long end, Instant now) {
    var sum = new CandleSum(units());
    var current = Timeline.minute(now);
    var begin = Math.max(first, timeline.oldestMinute());
    for (var minute = begin; minute < Math.min(end, current); minute++) {
      var place = place(minute);
      var bar = place.bar();
      if (bar.isPresent()) {
        sum.add(
            bar.get().open(),
            place.series.sum(place.index),
            bar.get().trades(),
            firstTrade(minute));
      }
    }
    if (begin <= current && current < end) {
      addForming(sum, current, now);
    }
    return sum.candle(Timeline.start(first));
  }

  private void addForming(CandleSum sum, long minute, Instant now) {
    var bar = place(minute).bar();
    if (bar.isPresent()) {
      var trades = trades(minute);
      var count = trades.until(now.toEpochMilli() - minute * Timeline.MINUTE);
      var open = bar.get().open();
      sum.add(
          open,
          count == 0 ? MinuteTrades.Sum.without(open) : trades.sum(count),
          count,
          firstTrade(minute));
    }
  }

  /** The last price at the end of the minute. */
  private long lastPrice(long minute) {
    for (var past = minute; ; past--) {
      var bar = place(past).bar();
      if (bar.isPresent()) {
        return bar.get().close();
      }
    }
  }

  private long minuteOf(long trade) {
    var low = timeline.oldestMinute();
    var high = timeline.firstMinute();
    while (firstTrade(high) <= trade) {
      high += timeline.minutes();
    }
    while (high - low > 1) {
      var middle = (low + high) / 2;
      if (firstTrade(middle) <= trade) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Place place(long minute) {
    var played = timeline.played(minute);
    if (played >= 0) {
      return new Place(recording, timeline.index(minute));
    }
    var day = (int) ((-1 - played) / History.DAY);
    var index = (int) Math.floorMod(played, (long) History.DAY);
    return new Place(history.day(symbol, recording, day), index);
  }
}
