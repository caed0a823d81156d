package dev.verticker.api.candles;

import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The newest candles of a series, continued from live minutes: it keeps the ended minutes of the current candle rolled up,
 * and the minutes that may change. It must be read again after a missed minute and after a change of a minute that is rolled
 * up already.
 */
public final class LiveSeries {
  private static final int MAX_CANDLES = 300;

  private final Interval interval;
  private final NavigableMap<Instant, Candle> candles = new TreeMap<>();

  /** Minutes of the current candle from {@code rolledUpUntil} on. */
  private final NavigableMap<Instant, Candle> minutes = new TreeMap<>();

  /** The earlier minutes of the current candle; null if there are none. */
  private Candle rolledUp;

  /** Null if the parts of the current candle are unknown, so that it cannot be continued. */
  private Instant rolledUpUntil;

  private Candle lastRolledUp;
  private boolean readRequired = true;

  public LiveSeries(Interval interval) {
    this.interval = interval;
  }

  /** Returns whether it must be read again. */
  public boolean isReadRequired() {
    return readRequired;
  }

  /** Returns whether live minutes continue it; if not, only reads change it. */
  public boolean isContinued() {
    return rolledUpUntil != null;
  }

  /** The newest candles, oldest first, at most {@value #MAX_CANDLES}. */
  public List<Candle> candles() {
    return List.copyOf(candles.values());
  }

  /** Replaces the current candle and adds those that were read. Returns the candles that changed. */
  public List<Candle> onRead(Series series) {
    readRequired = false;
    minutes.clear();
    lastRolledUp = null;
    var live = series.live();
    rolledUp = live == null ? null : live.ended();
    rolledUpUntil = live == null ? null : live.minute();
    if (live != null && live.forming() != null) {
      minutes.put(live.minute(), live.forming());
    }
    return series.candles().stream().filter(this::put).toList();
  }

  /** Applies a new or changed minute. Returns the candles that changed. */
  public List<Candle> onMinute(Candle minute) {
    if (rolledUpUntil == null) {
      readRequired = true;
      return List.of();
    }
    var openTime = minute.openTime();
    if (openTime.isBefore(rolledUpUntil)) {
      readRequired |= !minute.equals(lastRolledUp);
      return List.of();
    }
    var newest = minutes.isEmpty() ? null : minutes.lastKey();
    var next = newest == null ? rolledUpUntil : Interval.ONE_MINUTE.next(newest);
    if (readRequired || openTime.isAfter(next)) {
      readRequired = true;
      return List.of();
    }
    if (!supersedes(minute, minutes.get(openTime))) {
      return List.of();
    }
    minutes.put(openTime, minute);
    minutes
        .headMap(openTime)
        .replaceAll((time, earlier) ->
            earlier.state() == State.FORMING ? earlier.in(State.PENDING) : earlier);
    var changed = new ArrayList<Candle>();
    var start = interval.openTime(openTime);
    var oldest = rolledUp == null ? minutes.firstKey() : rolledUp.openTime();
    if (oldest.isBefore(start)) {
      // The candle before has ended.
      add(changed, merge(minutes.headMap(start, false)));
      minutes.headMap(start).clear();
      rolledUp = null;
      rolledUpUntil = start;
    }
    rollUp();
    add(changed, merge(minutes));
    return changed;
  }

  /** Rolls up the minutes that will not change any more. */
  private void rollUp() {
    while (!minutes.isEmpty() && isClosed(minutes.firstEntry().getValue())) {
      lastRolledUp = minutes.pollFirstEntry().getValue();
      var openTime = interval.openTime(lastRolledUp.openTime());
      var parts = rolledUp != null && interval.openTime(rolledUp.openTime()).equals(openTime)
          ? List.of(rolledUp, lastRolledUp)
          : List.of(lastRolledUp);
      rolledUp = CandleRollUp.merge(parts, openTime, true);
      rolledUpUntil = Interval.ONE_MINUTE.next(lastRolledUp.openTime());
    }
  }

  private Candle merge(NavigableMap<Instant, Candle> rest) {
    var parts = new ArrayList<Candle>();
    if (rolledUp != null) {
      parts.add(rolledUp);
    }
    parts.addAll(rest.values());
    var openTime = interval.openTime(parts.get(0).openTime());
    var newest = rest.isEmpty() ? rolledUpUntil : Interval.ONE_MINUTE.next(rest.lastKey());
    var isLast = !newest.isBefore(interval.next(openTime));
    var ended = isLast && (rest.isEmpty() || rest.lastEntry().getValue().state() != State.FORMING);
    return CandleRollUp.merge(parts, openTime, ended);
  }

  private void add(List<Candle> changed, Candle candle) {
    if (put(candle)) {
      changed.add(candle);
    }
  }

  private boolean put(Candle candle) {
    var changed = !candle.equals(candles.put(candle.openTime(), candle));
    if (candles.size() > MAX_CANDLES) {
      candles.pollFirstEntry();
    }
    return changed;
  }

  private static boolean supersedes(Candle candle, Candle current) {
    return current == null
        || isClosed(candle) && !isClosed(current)
        || isClosed(candle) == isClosed(current) && candle.trades() >= current.trades();
  }

  private static boolean isClosed(Candle candle) {
    return switch (candle.state()) {
      case FINAL, AMENDED, ABSENT -> true;
      case FORMING, PENDING, UNKNOWN -> false;
    };
  }
}
