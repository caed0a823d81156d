package dev.verticker.api.candles;

import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Timestamps;
import io.vertx.core.json.Json;
import java.math.BigDecimal;
import java.util.Locale;

/** Encodes candles: with exact decimals as strings, or as the numbers that charts draw. */
public final class CandleJson {
  /** Initial capacity per candle; most candles are shorter. */
  private static final int CANDLE_LENGTH = 256;

  private CandleJson() {}

  /** Encodes a series with exact decimals. */
  static String series(Series series) {
    var json = start(series);
    for (var i = 0; i < series.candles().size(); i++) {
      append(i == 0 ? json : json.append(','), series.candles().get(i));
    }
    return end(json, series);
  }

  /** Encodes a series for charts: times in seconds, numbers, and only the time of a candle without figures. */
  static String chart(Series series) {
    var json = start(series);
    for (var i = 0; i < series.candles().size(); i++) {
      appendBar(i == 0 ? json : json.append(','), series.candles().get(i));
    }
    return end(json, series);
  }

  /** Appends the JSON object of a candle with exact decimals. */
  public static void append(StringBuilder json, Candle candle) {
    Timestamps.appendSeconds(json.append("{\"open_time\":\""), candle.openTime())
        .append('"');
    appendText(json.append(",\"open\":"), candle.open());
    appendText(json.append(",\"high\":"), candle.high());
    appendText(json.append(",\"low\":"), candle.low());
    appendText(json.append(",\"close\":"), candle.close());
    appendText(json.append(",\"volume\":"), candle.volume());
    appendText(json.append(",\"quote_volume\":"), candle.quoteVolume());
    json.append(",\"trades\":").append(candle.trades());
    json.append(",\"state\":\"").append(state(candle)).append("\"}");
  }

  private static void appendBar(StringBuilder json, Candle candle) {
    json.append("{\"time\":").append(candle.openTime().getEpochSecond());
    if (candle.isKnown()) {
      json.append(",\"open\":").append(candle.open().toPlainString());
      json.append(",\"high\":").append(candle.high().toPlainString());
      json.append(",\"low\":").append(candle.low().toPlainString());
      json.append(",\"close\":").append(candle.close().toPlainString());
      json.append(",\"volume\":").append(candle.volume().toPlainString());
      json.append(",\"state\":\"").append(state(candle)).append('"');
    }
    json.append('}');
  }

  private static StringBuilder start(Series series) {
    return new StringBuilder(CANDLE_LENGTH * (series.candles().size() + 1))
        .append("{\"symbol\":")
        .append(Json.encode(series.symbol()))
        .append(",\"interval\":\"")
        .append(series.interval().wireName())
        .append("\",\"venue\":")
        .append(Json.encode(series.venue()))
        .append(",\"candles\":[");
  }

  private static String end(StringBuilder json, Series series) {
    json.append("],\"next\":");
    return (series.next() == null
            ? json.append("null")
            : json.append('"').append(series.next()).append('"'))
        .append('}')
        .toString();
  }

  private static void appendText(StringBuilder json, BigDecimal value) {
    if (value == null) {
      json.append("null");
    } else {
      json.append('"').append(value.toPlainString()).append('"');
    }
  }

  private static String state(Candle candle) {
    return candle.state().name().toLowerCase(Locale.ROOT);
  }
}
