package dev.verticker.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.verticker.message.Prices.Day;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Parses tickers in Binance's field names, which stored observations have, too. It is strict: a price is a positive
 * decimal string of a requested symbol. Tickers that break a rule are counted in {@code price_rejected_total} and left
 * out.
 */
public final class TickerParser {
  private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,30}(\\.\\d{1,18})?");
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
      .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
      .build();

  /** Exclusive: 10000-01-01T00:00Z in milliseconds; RFC 3339 times have years of four digits. */
  private static final long MAX_TIME = 253_402_300_800_000L;

  private final MeterRegistry metrics;

  public TickerParser(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /** Throws {@link ExchangeException.ExchangeUnavailableException} if the body is no JSON array. */
  public List<Ticker> parse(Buffer body, Set<String> symbols) {
    var pending = new HashSet<>(symbols);
    return StreamSupport.stream(array(body).spliterator(), false)
        .map(node -> ticker(node, pending))
        .filter(Objects::nonNull)
        .toList();
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
        eventTime(fields.path("closeTime")),
        tradeId(fields.path("lastId")),
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

  private static long tradeId(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToLong() ? Math.max(0, node.longValue()) : 0;
  }

  /** PostgreSQL stores neither NUL, which is always escaped here, nor half a surrogate pair. */
  private static boolean storable(String json) {
    return !json.contains("\\u0000") && StandardCharsets.UTF_8.newEncoder().canEncode(json);
  }

  private static BigDecimal decimal(JsonNode node) {
    return node != null && node.isTextual() && DECIMAL.matcher(node.textValue()).matches()
        ? new BigDecimal(node.textValue())
        : null;
  }

  private static Instant eventTime(JsonNode node) {
    return node.isIntegralNumber()
            && node.canConvertToLong()
            && node.longValue() > 0
            && node.longValue() < MAX_TIME
        ? Instant.ofEpochMilli(node.longValue())
        : null;
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
