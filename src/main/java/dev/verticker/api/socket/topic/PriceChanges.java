package dev.verticker.api.socket.topic;

import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.topic.ConflatedTopic.Changes;
import dev.verticker.message.Timestamps;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Conflated changes of prices: the newest quote of each symbol with its highest and lowest price since the previous frame. */
final class PriceChanges implements Changes<List<CachedQuote>> {
  private final String topic;
  private final Clock clock;
  private final Map<String, Change> changes = new LinkedHashMap<>();

  private record Change(CachedQuote quote, BigDecimal high, BigDecimal low) {
    Change merge(Change later) {
      return new Change(later.quote, high.max(later.high), low.min(later.low));
    }
  }

  PriceChanges(String topic, Clock clock) {
    this.topic = topic;
    this.clock = clock;
  }

  @Override
  public void add(List<CachedQuote> quotes) {
    for (var quote : quotes) {
      var price = quote.quote().price();
      changes.merge(quote.quote().symbol(), new Change(quote, price, price), Change::merge);
    }
  }

  @Override
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  @Override
  public List<Frame> encode() {
    return encode(false);
  }

  /**
   * Encodes the changes, in several frames if one would be too big.
   *
   * @param snapshot whether they are the current state and not the changes since the previous frame
   */
  List<Frame> encode(boolean snapshot) {
    var now = clock.instant();
    var head = Buffer.buffer("{\"event\":\"prices\",\"topic\":" + Json.encode(topic) + ",\"at\":\""
        + Timestamps.write(now) + "\",\"snapshot\":" + snapshot + ",\"data\":[");
    var frames = new ArrayList<Frame>(1);
    var json = head.copy();
    for (var change : changes.values()) {
      var quote = encode(change, now);
      if (json.length() > head.length()) {
        if (json.length() + quote.length() > ConflatedTopic.MAX_FRAME_BYTES) {
          frames.add(frame(json));
          json = head.copy();
        } else {
          json.appendByte((byte) ',');
        }
      }
      json.appendBuffer(quote);
    }
    frames.add(frame(json));
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

  private Frame frame(Buffer json) {
    return Frame.of(topic, json.appendString("]}").toString());
  }
}
