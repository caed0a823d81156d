package dev.verticker.exchange.binance;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.JsonFields;
import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Parses {@code exchangeInfo} object by object: of up to 32 MB it keeps the text of each symbol's object and what a
 * {@link Listing} has of it, and the weight limit. A missing or malformed field is unknown and never loses the symbol. Callers
 * run it on a worker thread.
 */
final class ExchangeInfoParser {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** Longer texts are no symbol, asset or status; they are left out. */
  private static final int MAX_LENGTH = 64;

  private static final int MAX_DECIMALS = 30;

  private final Map<String, Listing> listings = new HashMap<>();
  private final ObjectNode head = MAPPER.createObjectNode();
  private final List<String> objects = new ArrayList<>();
  private int weightPerMinute;

  private ExchangeInfoParser() {}

  /** Throws {@link ExchangeException.ExchangeUnavailableException} if the body is not an exchangeInfo response. */
  static ExchangeInfo parse(Buffer body) {
    var parser = new ExchangeInfoParser();
    try (var json = MAPPER.createParser(body.getBytes())) {
      parser.read(json);
    } catch (IOException e) {
      throw malformed();
    }
    if (parser.listings.isEmpty()) {
      throw malformed();
    }
    return ExchangeInfo.of(
        parser.listings.values(), parser.weightPerMinute, parser.head.toString(), parser.objects);
  }

  private void read(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw malformed();
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      var field = json.currentName();
      var value = json.nextToken();
      if (value == JsonToken.START_ARRAY && field.equals("symbols")) {
        readEach(json, this::readSymbol);
      } else {
        head.set(field, json.<JsonNode>readValueAsTree());
      }
    }
    // The time would change the revision with each response.
    head.replace("serverTime", head.numberNode(0));
    head.path("rateLimits").forEach(this::readRateLimit);
  }

  private static void readEach(JsonParser json, Consumer<JsonNode> reader) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw malformed();
      }
      reader.accept(json.readValueAsTree());
    }
  }

  private void readSymbol(JsonNode symbol) {
    var name = text(symbol, "symbol");
    if (name.isEmpty() || listings.containsKey(name)) {
      return;
    }
    objects.add(symbol.toString());
    var filters = symbol.path("filters");
    var price = filter(filters, "PRICE_FILTER");
    var lot = filter(filters, "LOT_SIZE");
    var notional = filter(filters, "NOTIONAL", "MIN_NOTIONAL");
    var status = text(symbol, "status");
    listings.put(
        name,
        new Listing(
            name,
            status.isEmpty() ? "UNKNOWN" : status,
            text(symbol, "baseAsset"),
            text(symbol, "quoteAsset"),
            decimals(symbol, "baseAssetPrecision"),
            decimals(symbol, "quoteAssetPrecision", "quotePrecision"),
            symbol.path("isSpotTradingAllowed").asBoolean(true),
            limits(price, "minPrice", "maxPrice", "tickSize"),
            limits(lot, "minQty", "maxQty", "stepSize"),
            limits(notional, "minNotional", "maxNotional", "")));
  }

  private static JsonNode filter(JsonNode filters, String... types) {
    return StreamSupport.stream(filters.spliterator(), false)
        .filter(filter -> Stream.of(types).anyMatch(text(filter, "filterType")::equals))
        .findFirst()
        .orElse(MAPPER.missingNode());
  }

  private static Limits limits(JsonNode filter, String min, String max, String step) {
    return new Limits(limit(filter, min), limit(filter, max), limit(filter, step));
  }

  /** The exchange sends 0 for "no limit". */
  private static BigDecimal limit(JsonNode filter, String field) {
    var value = JsonFields.decimal(filter.get(field));
    return value == null || value.signum() <= 0 ? null : value;
  }

  private static String text(JsonNode object, String field) {
    var value = object.path(field);
    return value.isTextual() && value.textValue().length() <= MAX_LENGTH ? value.textValue() : "";
  }

  private static Integer decimals(JsonNode symbol, String... fields) {
    return Stream.of(fields)
        .map(field -> JsonFields.number(symbol.get(field)))
        .filter(number -> number >= 0 && number <= MAX_DECIMALS)
        .map(Long::intValue)
        .findFirst()
        .orElse(null);
  }

  private void readRateLimit(JsonNode rateLimit) {
    if (rateLimit.path("rateLimitType").asText().equals("REQUEST_WEIGHT")
        && rateLimit.path("interval").asText().equals("MINUTE")
        && rateLimit.path("intervalNum").asInt() == 1) {
      weightPerMinute = rateLimit.path("limit").asInt();
    }
  }

  private static ExchangeException malformed() {
    return new ExchangeException.ExchangeUnavailableException(
        "the exchange sent a malformed exchangeInfo response");
  }
}
