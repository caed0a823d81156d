package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The query parameters of a request; names are case-sensitive as at the exchange. */
final class Query {
  /** Symbols may have letters of any script since December 2025; the error text still shows the older range. */
  private static final Pattern SYMBOL =
      Pattern.compile("[\\w\\-._&&[^a-z]]{1,50}", Pattern.UNICODE_CHARACTER_CLASS);

  private static final String SYMBOL_RANGE = "^[\\w\\-._&&[^a-z]]{1,50}$";
  private static final Pattern SYMBOLS = Pattern.compile(
      "\\[(\"[\\w\\-._&&[^a-z]]{1,50}\"(,\"[\\w\\-._&&[^a-z]]{1,50}\")*)?]",
      Pattern.UNICODE_CHARACTER_CLASS);
  private static final String SYMBOLS_RANGE =
      "^\\[(\"[\\w\\-._&&[^a-z]]{1,50}\"(,\"[\\w\\-._&&[^a-z]]{1,50}\"){0,}){0,1}\\]$";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");
  private static final String NUMBER_RANGE = "^[0-9]{1,20}$";
  private static final Pattern FLAG = Pattern.compile("true|false");
  private static final List<String> STATUSES = List.of("TRADING", "HALT", "BREAK", "CANCEL_ONLY");

  private static final int DEFAULT_LIMIT = 500;

  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /** @param raw the encoded query, or null */
  static Query of(String raw) {
    var values = new LinkedHashMap<String, List<String>>();
    if (raw != null && !raw.isEmpty()) {
      for (var pair : raw.split("&")) {
        var cut = pair.indexOf('=');
        var name = decode(cut < 0 ? pair : pair.substring(0, cut));
        values
            .computeIfAbsent(name, first -> new ArrayList<>())
            .add(cut < 0 ? "" : decode(pair.substring(cut + 1)));
      }
    }
    return new Query(values);
  }

  /** Throws the first error, in the order of checks that recorded responses show. */
  void check(Endpoint endpoint) {
    if (values.values().stream().anyMatch(sent -> sent.size() > 1)) {
      throw BinanceError.duplicateParameter();
    }
    if (values.size() > endpoint.parameters()) {
      throw BinanceError.tooManyParameters(endpoint.parameters(), values.size());
    }
    for (var parameter : endpoint.mandatory()) {
      if (!values.containsKey(parameter)) {
        throw BinanceError.missing(parameter);
      }
    }
    values.keySet().stream().filter(endpoint::accepts).forEach(this::checkFormat);
    var read = (int) values.keySet().stream().filter(endpoint::accepts).count();
    if (read < values.size()) {
      throw BinanceError.unread(read, values.size());
    }
    if (values.containsKey("symbol") && values.containsKey("symbols")) {
      throw BinanceError.badCombination();
    }
  }

  Optional<String> text(String parameter) {
    return Optional.ofNullable(values.get(parameter)).map(sent -> sent.get(0));
  }

  /** Numbers beyond the range of long become its max; empty if it is not a number. */
  OptionalLong number(String parameter) {
    return text(parameter)
        .filter(sent -> NUMBER.matcher(sent).matches())
        .map(digits ->
            OptionalLong.of(digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits)))
        .orElse(OptionalLong.empty());
  }

  Optional<Instant> time(String parameter) {
    return number(parameter).stream().mapToObj(Instant::ofEpochMilli).findFirst();
  }

  int limit(int max) {
    return limit(DEFAULT_LIMIT, max);
  }

  /** The number of entries that a response may have. */
  int limit(int usual, int max) {
    var limit = number("limit").orElse(usual);
    if (limit == 0) {
      throw BinanceError.invalid("limit");
    }
    return (int) Math.min(limit, max);
  }

  private void checkFormat(String parameter) {
    var value = values.get(parameter).get(0);
    if (value.isEmpty()) {
      throw BinanceError.empty(parameter);
    }
    switch (parameter) {
      case "symbol" -> checkRange(parameter, value, SYMBOL, SYMBOL_RANGE);
      case "symbols" -> checkSymbols(value);
      case "limit", "startTime", "endTime", "fromId" ->
        checkRange(parameter, value, NUMBER, NUMBER_RANGE);
      case "interval" -> Interval.of(value).orElseThrow(BinanceError::badInterval);
      case "type" -> {
        if (!List.of("FULL", "MINI").contains(value)) {
          throw BinanceError.badTickerType();
        }
      }
      case "symbolStatus" -> {
        if (!STATUSES.contains(value)) {
          throw BinanceError.invalid(parameter);
        }
      }
      default -> checkRange(parameter, value, FLAG, "^true|false$");
    }
  }

  private static void checkRange(String parameter, String value, Pattern legal, String range) {
    if (!legal.matcher(value).matches()) {
      throw BinanceError.illegalCharacters(parameter, range);
    }
  }

  private static void checkSymbols(String value) {
    checkRange("symbols", value, SYMBOLS, SYMBOLS_RANGE);
    var symbols = SimulatorRequest.split(value);
    if (symbols.isEmpty()) {
      throw BinanceError.empty("symbols");
    }
    if (symbols.stream().distinct().count() < symbols.size()) {
      throw BinanceError.symbolTwice();
    }
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return text;
    }
  }
}
