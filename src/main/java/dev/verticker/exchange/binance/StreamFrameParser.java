package dev.verticker.exchange.binance;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;
import static dev.verticker.exchange.JsonFields.time;
import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.TickerParser;
import dev.verticker.message.Interval;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Parses the frames of combined streams: "WebSocket Streams" of binance-spot-api-docs. Frames that break a rule are counted
 * in {@code price_rejected_total} and left out.
 */
final class StreamFrameParser {
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  /** The fields of a ticker frame and their names in a REST ticker, in the order of the latter. */
  private static final List<Map.Entry<String, String>> TICKER_FIELDS = List.of(
      entry("s", "symbol"),
      entry("p", "priceChange"),
      entry("P", "priceChangePercent"),
      entry("w", "weightedAvgPrice"),
      entry("x", "prevClosePrice"),
      entry("c", "lastPrice"),
      entry("Q", "lastQty"),
      entry("b", "bidPrice"),
      entry("B", "bidQty"),
      entry("a", "askPrice"),
      entry("A", "askQty"),
      entry("o", "openPrice"),
      entry("h", "highPrice"),
      entry("l", "lowPrice"),
      entry("v", "volume"),
      entry("q", "quoteVolume"),
      entry("O", "openTime"),
      entry("C", "closeTime"),
      entry("F", "firstId"),
      entry("L", "lastId"),
      entry("n", "count"));

  private final TickerParser tickers;
  private final Clock clock;
  private final MeterRegistry metrics;

  StreamFrameParser(TickerParser tickers, Clock clock, MeterRegistry metrics) {
    this.tickers = tickers;
    this.clock = clock;
    this.metrics = metrics;
  }

  /** Receives the content of frames. */
  interface Sink {
    /** Returns the stream of the name, or null if it is not subscribed. */
    Stream stream(String name);

    void onEvent(StreamEvent event);

    /** @param response of a control message, with the fields {@code id} and {@code result} or an error */
    void onResponse(JsonNode response);

    /** The exchange will close the connection soon. */
    void onShutdown();
  }

  void parse(String frame, Sink sink) {
    var root = tree(frame);
    if (root.path("stream").isTextual()) {
      parse(root.get("stream").textValue(), root.path("data"), sink);
    } else if (isShutdown(root)) {
      sink.onShutdown();
    } else if (root.has("id")) {
      sink.onResponse(root);
    } else {
      reject("malformed");
    }
  }

  /** Counts a binary frame, which Binance never sends. */
  void rejectBinary() {
    reject("malformed");
  }

  private void parse(String name, JsonNode data, Sink sink) {
    if (isShutdown(data)) {
      sink.onShutdown();
      return;
    }
    var stream = sink.stream(name);
    if (stream == null || !isOf(stream, data)) {
      reject("wrong-symbol");
      return;
    }
    var event =
        switch (stream.kind()) {
          case TICKER -> ticker(stream, data);
          case KLINE_1M -> kline(stream, data);
          case AGGREGATE_TRADE -> trade(stream, data);
          case BOOK_TICKER -> bookTicker(stream, data);
          case DEPTH -> depth(stream, data);
        };
    if (event != null) {
      sink.onEvent(event);
    }
  }

  /** Books have no symbol inside. */
  private static boolean isOf(Stream stream, JsonNode data) {
    return stream.kind() == Kind.DEPTH || stream.symbol().equals(data.path("s").asText());
  }

  private StreamEvent ticker(Stream stream, JsonNode data) {
    var sentAt = time(data.get("E"));
    if (sentAt == null || !"24hrTicker".equals(data.path("e").asText())) {
      return reject("malformed");
    }
    var fields = MAPPER.createObjectNode();
    TICKER_FIELDS.forEach(field -> {
      if (data.has(field.getKey())) {
        fields.set(field.getValue(), data.get(field.getKey()));
      }
    });
    var ticker = tickers.parse(fields, stream.symbol());
    return ticker == null
        ? null
        : new StreamEvent(
            stream, sentAt.toEpochMilli(), sentAt, listener -> listener.onTicker(ticker));
  }

  private StreamEvent kline(Stream stream, JsonNode data) {
    var sentAt = time(data.get("E"));
    var fields = data.path("k");
    var openTime = time(fields.get("t"));
    if (sentAt == null
        || openTime == null
        || openTime.isAfter(sentAt)
        || !"kline".equals(data.path("e").asText())
        || !Interval.ONE_MINUTE.wireName().equals(fields.path("i").asText())
        || !fields.path("x").isBoolean()
        || number(fields.get("n")) < 0) {
      return reject("malformed");
    }
    var kline = new Kline(
        stream.symbol(),
        Interval.ONE_MINUTE,
        openTime,
        decimal(fields.get("o")),
        decimal(fields.get("h")),
        decimal(fields.get("l")),
        decimal(fields.get("c")),
        decimal(fields.get("v")),
        decimal(fields.get("q")),
        number(fields.get("n")),
        decimal(fields.get("V")),
        decimal(fields.get("Q")),
        fields.get("x").booleanValue(),
        sentAt);
    // The last event of a minute may be sent in the same millisecond as the one before it.
    var sequence = 2 * sentAt.toEpochMilli() + (kline.closed() ? 1 : 0);
    return isConsistent(kline)
        ? new StreamEvent(stream, sequence, sentAt, listener -> listener.onKline(kline))
        : reject("not-a-price");
  }

  private StreamEvent trade(Stream stream, JsonNode data) {
    var sentAt = time(data.get("E"));
    if (sentAt == null || !"aggTrade".equals(data.path("e").asText())) {
      return reject("malformed");
    }
    var trade = AggregateTradeParser.parse(data);
    return trade == null
        ? reject("not-a-price")
        : new StreamEvent(
            stream, trade.id(), sentAt, listener -> listener.onTrade(stream.symbol(), trade));
  }

  private StreamEvent bookTicker(Stream stream, JsonNode data) {
    var best = OrderBookParser.parseBest(data, stream.symbol(), clock.instant());
    return best == null
        ? reject("not-a-book")
        : new StreamEvent(stream, best.updateId(), null, listener -> listener.onBookTicker(best));
  }

  private StreamEvent depth(Stream stream, JsonNode data) {
    var book = OrderBookParser.parse(data, stream.symbol(), clock.instant());
    return book == null
        ? reject("not-a-book")
        : new StreamEvent(stream, book.updateId(), null, listener -> listener.onDepth(book));
  }

  private static boolean isConsistent(Kline kline) {
    var volumes = java.util.stream.Stream.of(
        kline.volume(), kline.quoteVolume(), kline.takerVolume(), kline.takerQuoteVolume());
    return java.util.stream.Stream.of(kline.open(), kline.high(), kline.low(), kline.close())
            .allMatch(price -> price != null && price.signum() > 0)
        && volumes.allMatch(volume -> Objects.nonNull(volume) && volume.signum() >= 0)
        && kline.low().compareTo(kline.open().min(kline.close())) <= 0
        && kline.high().compareTo(kline.open().max(kline.close())) >= 0;
  }

  private static boolean isShutdown(JsonNode event) {
    return "serverShutdown".equals(event.path("e").asText());
  }

  /** Returns the frame as a tree; an empty tree if it is not JSON. */
  private static JsonNode tree(String frame) {
    try {
      return MAPPER.readTree(frame);
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  private <T> T reject(String reason) {
    metrics.counter("price_rejected_total", "reason", reason).increment();
    return null;
  }
}
