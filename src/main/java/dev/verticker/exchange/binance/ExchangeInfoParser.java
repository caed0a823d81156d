package dev.verticker.exchange.binance;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Parses {@code exchangeInfo} object by object: of up to 32 MB it keeps only the names of the symbols and the weight
 * limit. Run it on a worker thread.
 */
final class ExchangeInfoParser {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Set<String> symbols = new HashSet<>();
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
    if (parser.symbols.isEmpty()) {
      throw malformed();
    }
    return new ExchangeInfo(parser.symbols, parser.weightPerMinute);
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
      } else if (value == JsonToken.START_ARRAY && field.equals("rateLimits")) {
        readEach(json, this::readRateLimit);
      } else {
        json.skipChildren();
      }
    }
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
    if (symbol.path("symbol").isTextual()) {
      symbols.add(symbol.get("symbol").textValue());
    }
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
