package dev.verticker.exchange;

import static dev.verticker.exchange.JsonFields.decimal;
import static dev.verticker.exchange.JsonFields.number;
import static dev.verticker.exchange.JsonFields.time;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Prices.Day;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Parses tickers in Binance's field names, which stored observations have, too. It is strict: a price is a positive
 * decimal string of a requested symbol. Tickers that break a rule are counted in {@code price_rejected_total} and left
 * out.
 */
public final class TickerParser {
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  private final MeterRegistry metrics;

  public TickerParser(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /** Throws {@link ExchangeException.ExchangeUnavailableException} if the body is not a JSON array. */
  public List<Ticker> parse(Buffer body, Set<String> symbols) {
    var pending = new HashSet<>(symbols);
    return StreamSupport.stream(array(body).spliterator(), false)
        .map(node -> ticker(node, pending))
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * Parses tickers of an exchange with other field names.
   *
   * @param names its field names and the names of Binance, which are added
   */
  public List<Ticker> parse(JsonNode tickers, Set<String> symbols, Map<String, String> names) {
    var pending = new HashSet<>(symbols);
    return StreamSupport.stream(tickers.spliterator(), false)
        .map(node -> ticker(withNames(node, names), pending))
        .filter(Objects::nonNull)
        .toList();
  }

  private static JsonNode withNames(JsonNode node, Map<String, String> names) {
    if (node instanceof ObjectNode fields) {
      names.forEach((name, added) -> {
        if (fields.has(name)) {
          fields.set(added, fields.get(name));
        }
      });
    }
    return node;
  }

  /**
   * Parses the ticker of one symbol.
   *
   * @param fields in the field names of REST tickers; {@code price} is added
   * @return null if it breaks a rule
   */
  public Ticker parse(ObjectNode fields, String symbol) {
    return ticker(fields, new HashSet<>(Set.of(symbol)));
  }

  /**
   * The newest trade of a symbol.
   *
   * @param quantity null if unknown
   */
  public record LastTrade(long id, BigDecimal price, BigDecimal quantity) {}

  /**
   * Returns the ticker with newer figures.
   *
   * @param trade null = that of the ticker
   * @param best the best bid and ask; null = those of the ticker
   */
  public static Ticker with(Ticker ticker, LastTrade trade, OrderBook best) {
    var fields = object(ticker.json());
    if (trade != null) {
      fields.put("lastPrice", trade.price().toPlainString());
      if (trade.quantity() != null) {
        fields.put("lastQty", trade.quantity().toPlainString());
      }
      fields.put("lastId", trade.id());
      fields.put("price", trade.price().toPlainString());
    }
    if (best != null) {
      put(fields, "bid", level(best.bids()));
      put(fields, "ask", level(best.asks()));
    }
    return new Ticker(
        ticker.symbol(),
        trade == null ? ticker.price() : trade.price(),
        best == null ? ticker.bid() : level(best.bids()).price(),
        best == null ? ticker.ask() : level(best.asks()).price(),
        ticker.changePercent(),
        ticker.volume(),
        ticker.day(),
        ticker.eventTime(),
        trade == null ? ticker.tradeId() : trade.id(),
        text(fields));
  }

  private static void put(ObjectNode fields, String side, Level level) {
    fields.put(side + "Price", level.price().toPlainString());
    fields.put(side + "Qty", level.quantity().toPlainString());
  }

  /** Tickers have zeros for a side without orders. */
  private static Level level(List<Level> side) {
    return side.isEmpty() ? new Level(BigDecimal.ZERO, BigDecimal.ZERO) : side.get(0);
  }

  private static ObjectNode object(String json) {
    try {
      return (ObjectNode) MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode array(Buffer body) {
    try {
      var root = MAPPER.readTree(body.getBytes());
      if (root != null && root.isArray()) {
        return root;
      }
    } catch (IOException e) {
      // Rejected below, like JSON of another shape.
    }
    reject("malformed");
    throw new ExchangeException.ExchangeUnavailableException(
        "the exchange sent a malformed ticker response");
  }

  private Ticker ticker(JsonNode node, Set<String> pending) {
    if (!(node instanceof ObjectNode fields) || !fields.path("symbol").isTextual()) {
      return reject("malformed");
    }
    var symbol = fields.get("symbol").textValue();
    if (!pending.contains(symbol)) {
      return reject("wrong-symbol");
    }
    var price = decimal(fields.has("lastPrice") ? fields.get("lastPrice") : fields.get("price"));
    if (price == null) {
      return reject("not-a-price");
    }
    if (price.signum() <= 0) {
      return reject("not-positive");
    }
    fields.put("price", price.toPlainString());
    var json = text(fields);
    if (!storable(json)) {
      return reject("not-storable");
    }
    pending.remove(symbol);
    return new Ticker(
        symbol,
        price,
        decimal(fields.get("bidPrice")),
        decimal(fields.get("askPrice")),
        decimal(fields.get("priceChangePercent")),
        decimal(fields.get("volume")),
        day(fields),
        time(fields.get("closeTime")),
        Math.max(0, number(fields.get("lastId"))),
        json);
  }

  private static Day day(ObjectNode fields) {
    return new Day(
        decimal(fields.get("openPrice")),
        decimal(fields.get("highPrice")),
        decimal(fields.get("lowPrice")),
        decimal(fields.get("priceChange")),
        decimal(fields.get("quoteVolume")));
  }

  /** PostgreSQL stores neither NUL, which is always escaped here, nor half a surrogate pair. */
  private static boolean storable(String json) {
    return !json.contains("\\u0000") && StandardCharsets.UTF_8.newEncoder().canEncode(json);
  }

  private static String text(ObjectNode fields) {
    try {
      return MAPPER.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Ticker reject(String reason) {
    metrics.counter("price_rejected_total", "reason", reason).increment();
    return null;
  }
}
