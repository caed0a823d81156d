package dev.verticker.api.udf;

import dev.verticker.message.Interval;
import io.vertx.core.json.JsonArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The lengths of bars in the notation of the protocol: minutes, {@code 1D}, {@code 1W} and {@code 1M}. */
final class UdfResolution {
  private static final Map<String, Interval> INTRADAY = new LinkedHashMap<>();
  private static final Map<String, Interval> ALL = new LinkedHashMap<>();

  static {
    INTRADAY.put("1", Interval.ONE_MINUTE);
    INTRADAY.put("3", Interval.THREE_MINUTES);
    INTRADAY.put("5", Interval.FIVE_MINUTES);
    INTRADAY.put("15", Interval.FIFTEEN_MINUTES);
    INTRADAY.put("30", Interval.THIRTY_MINUTES);
    INTRADAY.put("60", Interval.ONE_HOUR);
    INTRADAY.put("120", Interval.TWO_HOURS);
    INTRADAY.put("240", Interval.FOUR_HOURS);
    INTRADAY.put("360", Interval.SIX_HOURS);
    INTRADAY.put("480", Interval.EIGHT_HOURS);
    INTRADAY.put("720", Interval.TWELVE_HOURS);
    ALL.putAll(INTRADAY);
    ALL.put("1D", Interval.ONE_DAY);
    ALL.put("1W", Interval.ONE_WEEK);
    ALL.put("1M", Interval.ONE_MONTH);
  }

  private UdfResolution() {}

  static JsonArray names() {
    var names = new JsonArray();
    ALL.keySet().forEach(names::add);
    return names;
  }

  static JsonArray intradayMultipliers() {
    var names = new JsonArray();
    INTRADAY.keySet().forEach(names::add);
    return names;
  }

  /** Charts also send {@code D} for {@code 1D}. */
  static Optional<Interval> interval(String resolution) {
    return Optional.ofNullable(
        ALL.get(resolution.matches("[DWM]") ? "1" + resolution : resolution));
  }
}
