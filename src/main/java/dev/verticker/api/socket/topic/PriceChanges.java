package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.message.Timestamps;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Conflated changes of prices: the newest quote of each symbol with its highest and lowest price since the previous frame. */
final class PriceChanges {
  /** Clients accept frames of 64 kB, and SockJS escapes every quotation mark. */
  static final int MAX_FRAME_BYTES = 48 * 1024;

  private final Map<String, Change> changes = new LinkedHashMap<>();

  private record Change(CachedQuote quote, BigDecimal high, BigDecimal low) {
    Change merge(Change later) {
      return new Change(later.quote, high.max(later.high), low.min(later.low));
    }
  }

  PriceChanges addAll(List<CachedQuote> quotes) {
    for (var quote : quotes) {
      var price = quote.quote().price();
      changes.merge(quote.quote().symbol(), new Change(quote, price, price), Change::merge);
    }
    return this;
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /**
   * Encodes the changes, in several frames if one would be too big.
   *
   * @param snapshot whether they are the current state and not the changes since the previous frame
   */
  List<Frame> encode(String topic, boolean snapshot, Instant now) {
    var head = Buffer.buffer("{\"event\":\"prices\",\"topic\":" + Json.encode(topic) + ",\"at\":\""
        + Timestamps.write(now) + "\",\"snapshot\":" + snapshot + ",\"data\":[");
    var frames = new ArrayList<Frame>(1);
    var json = head.copy();
    for (var change : changes.values()) {
      var quote = encode(change, now);
      if (json.length() > head.length()) {
        if (json.length() + quote.length() > MAX_FRAME_BYTES) {
          frames.add(frame(topic, json));
          json = head.copy();
        } else {
          json.appendByte((byte) ',');
        }
      }
      json.appendBuffer(quote);
    }
    frames.add(frame(topic, json));
    return frames;
  }

  /** The members {@code high} and {@code low} are those of release 1.0.0. */
  private static Buffer encode(Change change, Instant now) {
    var high = change.high().toPlainString();
    var low = change.low().toPlainString();
    var extremes = "\"frame_high\":\"" + high + "\",\"frame_low\":\"" + low + "\",\"high\":\""
        + high + "\",\"low\":\"" + low + "\",";
    var json = Buffer.buffer();
    change.quote().appendTo(json, extremes, now);
    return json;
  }

  private static Frame frame(String topic, Buffer json) {
    return Frame.of(topic, json.appendString("]}").toString());
  }
}
