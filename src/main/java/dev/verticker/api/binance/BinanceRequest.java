package dev.verticker.api.binance;

import dev.verticker.api.request.ApiRequest;
import dev.verticker.message.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A request with parameters in the exchange's notation. {@link #check} reports errors in the exchange's order and words. */
final class BinanceRequest {
  /** Symbols may have letters of any script, but no small Latin ones. */
  private static final String SYMBOL = "[\\w\\-._&&[^a-z]]{1,50}";

  private static final Legal SYMBOL_RANGE = Legal.of("^" + SYMBOL + "$");

  private static final Legal SYMBOLS_RANGE =
      Legal.of("^\\[(\"" + SYMBOL + "\"(,\"" + SYMBOL + "\"){0,}){0,1}\\]$");

  private static final Legal NUMBER_RANGE = Legal.of("^[0-9]{1,20}$");
  private static final Legal FLAG_RANGE = new Legal("^true|false$", Pattern.compile("true|false"));
  private static final Pattern UTC = Pattern.compile("[+-]?0{1,2}(:00)?");
  private static final List<String> STATUSES =
      List.of("TRADING", "HALT", "BREAK", "CANCEL_ONLY", "END_OF_DAY");

  /** Clocks of clients may be ahead. */
  private static final Duration MAX_CLOCK_OFFSET = Duration.ofMinutes(1);

  /** The last millisecond of the year 9999, up to which times have a standard text form. */
  private static final long MAX_TIME_MS = 253_402_300_799_999L;

  /** Numbers with more digits do not fit into a long; as times and ids they are all beyond any data. */
  private static final int MAX_DIGITS = 18;

  private record Legal(String range, Pattern pattern) {
    static Legal of(String range) {
      return new Legal(range, Pattern.compile(range, Pattern.UNICODE_CHARACTER_CLASS));
    }
  }

  /** How a request names symbols. */
  enum Form {
    ONE,
    LIST,
    ALL
  }

  private final Map<String, List<String>> sent;
  private final String timeUnit;

  BinanceRequest(ApiRequest request) {
    this.sent = request.uncheckedQuery();
    this.timeUnit = request.header("X-MBX-TIME-UNIT").orElse(null);
  }

  /**
   * Checks all parameters.
   *
   * @param declared the parameters of the operation, and whether each is mandatory
   * @throws BinanceException for the first error
   */
  BinanceRequest check(Map<String, Boolean> declared) {
    TimestampUnit.of(timeUnit);
    if (sent.values().stream().anyMatch(values -> values.size() > 1)) {
      throw BinanceException.repeatedParameter();
    }
    if (sent.size() > declared.size()) {
      throw BinanceException.tooManyParameters(declared.size(), sent.size());
    }
    declared.forEach((name, mandatory) -> {
      if (mandatory && !sent.containsKey(name)) {
        throw BinanceException.missing(name);
      }
    });
    sent.forEach((name, values) -> {
      if (declared.containsKey(name)) {
        checkFormat(name, values.get(0));
      }
    });
    var read = (int) sent.keySet().stream().filter(declared::containsKey).count();
    if (read < sent.size()) {
      throw BinanceException.unread(read, sent.size());
    }
    if (sent.containsKey("symbol") && sent.containsKey("symbols")) {
      throw BinanceException.wrongCombination();
    }
    return this;
  }

  private static void checkFormat(String name, String value) {
    if (value.isEmpty()) {
      throw BinanceException.empty(name);
    }
    switch (name) {
      case "symbol" -> checkRange(name, value, SYMBOL_RANGE);
      case "symbols" -> checkSymbols(value);
      case "interval" -> Interval.of(value).orElseThrow(BinanceException::unknownInterval);
      case "limit", "startTime", "endTime", "fromId" -> checkRange(name, value, NUMBER_RANGE);
      case "showPermissionSets" -> checkRange(name, value, FLAG_RANGE);
      case "symbolStatus" -> checkValid(name, STATUSES.contains(value));
      case "timeZone" -> checkValid(name, UTC.matcher(value).matches());
      case "type" -> {
        if (!List.of("FULL", "MINI").contains(value)) {
          throw BinanceException.unknownTickerType();
        }
      }
      default -> throw new IllegalArgumentException("no format of parameter " + name);
    }
  }

  private static void checkRange(String name, String value, Legal legal) {
    if (!legal.pattern().matcher(value).matches()) {
      throw BinanceException.illegalCharacters(name, legal.range());
    }
  }

  private static void checkValid(String name, boolean valid) {
    if (!valid) {
      throw BinanceException.invalid(name);
    }
  }

  private static void checkSymbols(String value) {
    checkRange("symbols", value, SYMBOLS_RANGE);
    var symbols = split(value);
    if (symbols.isEmpty()) {
      throw BinanceException.empty("symbols");
    }
    if (symbols.stream().distinct().count() < symbols.size()) {
      throw BinanceException.repeatedSymbol();
    }
  }

  /** The names in {@code ["A","B"]}; text of another form results in unknown names. */
  private static List<String> split(String list) {
    return Stream.of(list.replaceAll("[\\[\\]\"]", "").split(","))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  Form form() {
    return sent.containsKey("symbol")
        ? Form.ONE
        : sent.containsKey("symbols") ? Form.LIST : Form.ALL;
  }

  /** Returns the symbols as sent, without duplicates; empty for {@link Form#ALL}. Also for a request that is not checked. */
  List<String> symbols() {
    return switch (form()) {
      case ONE -> List.of(sent.get("symbol").get(0));
      case LIST -> split(sent.get("symbols").get(0));
      case ALL -> List.of();
    };
  }

  /** Returns the mandatory symbol. */
  String symbol() {
    return symbols().get(0);
  }

  Interval interval() {
    return text("interval").flatMap(Interval::of).orElseThrow(BinanceException::unknownInterval);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(sent.get(name)).map(values -> values.get(0));
  }

  /** Returns an id; null if it was not sent. */
  Long id(String name) {
    return text(name).map(BinanceRequest::number).orElse(null);
  }

  /**
   * Returns the max number of entries of the response.
   *
   * @throws BinanceException if it is 0
   */
  int limit(int byDefault, int max) {
    var limit = text("limit").map(BinanceRequest::number).orElse((long) byDefault);
    checkValid("limit", limit > 0);
    return (int) Math.min(limit, max);
  }

  /** Returns a time in milliseconds or, from 15 digits on, in microseconds; null if it was not sent. */
  Instant time(String name) {
    return text(name).map(BinanceRequest::number).map(BinanceRequest::instant).orElse(null);
  }

  /** Returns whether nothing can have happened between {@code startTime} and {@code endTime}. */
  boolean isEmptyRange(Instant now) {
    var start = time("startTime");
    var end = time("endTime");
    return start != null
        && (end != null && start.isAfter(end) || start.isAfter(now.plus(MAX_CLOCK_OFFSET)));
  }

  private static Instant instant(long number) {
    // Later than the year 5138 in milliseconds: the client sent microseconds.
    return number < 100_000_000_000_000L
        ? Instant.ofEpochMilli(number)
        : Instant.ofEpochMilli(Math.min(number / 1000, MAX_TIME_MS))
            .plusNanos(number % 1000 * 1000);
  }

  private static long number(String digits) {
    return digits.length() > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  /** Returns the timestamp in the unit that the client selected. */
  long timestamp(Instant time) {
    return TimestampUnit.of(timeUnit).timestamp(time);
  }
}
