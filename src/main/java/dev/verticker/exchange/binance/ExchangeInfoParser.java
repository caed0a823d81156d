package dev.verticker.exchange.binance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Parses {@code exchangeInfo} token by token: of up to 32 MB it keeps only the names of the symbols and the weight
 * limit. To be run on a worker thread.
 */
final class ExchangeInfoParser {
  private static final JsonFactory JSON = new JsonFactory();

  private final Set<String> symbols = new HashSet<>();
  private int weightPerMinute;

  private ExchangeInfoParser() {}

  /** Throws {@link ExchangeException.ExchangeUnavailable} if the body is not an exchangeInfo response. */
  static ExchangeInfo parse(Buffer body) {
    var parser = new ExchangeInfoParser();
    try (var json = JSON.createParser(body.getBytes())) {
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

  private interface ObjectReader {
    void read(JsonParser json) throws IOException;
  }

  private static void readEach(JsonParser json, ObjectReader reader) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw malformed();
      }
      reader.read(json);
    }
  }

  private void readSymbol(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      var field = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_STRING && field.equals("symbol")) {
        symbols.add(json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  private void readRateLimit(JsonParser json) throws IOException {
    String type = null;
    String interval = null;
    var number = 0;
    var limit = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      var field = json.currentName();
      var token = json.nextToken();
      if (token == JsonToken.VALUE_STRING && field.equals("rateLimitType")) {
        type = json.getText();
      } else if (token == JsonToken.VALUE_STRING && field.equals("interval")) {
        interval = json.getText();
      } else if (token == JsonToken.VALUE_NUMBER_INT && field.equals("intervalNum")) {
        number = json.getIntValue();
      } else if (token == JsonToken.VALUE_NUMBER_INT && field.equals("limit")) {
        limit = json.getIntValue();
      } else {
        json.skipChildren();
      }
    }
    if ("REQUEST_WEIGHT".equals(type) && "MINUTE".equals(interval) && number == 1) {
      weightPerMinute = limit;
    }
  }

  private static ExchangeException malformed() {
    return new ExchangeException.ExchangeUnavailable(
        "the exchange sent a malformed exchangeInfo response");
  }
}
