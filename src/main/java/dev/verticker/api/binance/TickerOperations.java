package dev.verticker.api.binance;

import dev.verticker.api.binance.BinanceRequest.Form;
import dev.verticker.api.binance.ExchangeSymbols.ListedObjects;
import dev.verticker.api.market.SharedReads;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Handles the operations for prices and tickers. All symbols are the configured ones; others are fetched when a request names
 * them. The format has no room for an age, so a stale quote is never served: a request that names its symbol fails.
 */
final class TickerOperations {
  /** Symbols in one request of the event bus. */
  private static final int MAX_FETCHED = 100;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private static final List<String> BOOK =
      List.of("symbol", "bidPrice", "bidQty", "askPrice", "askQty");
  private static final List<String> DAY =
      List.of("volume", "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count");
  private static final List<String> MINI =
      concat(List.of("symbol", "openPrice", "highPrice", "lowPrice", "lastPrice"), DAY);
  private static final List<String> FULL = concat(
      List.of(
          "symbol",
          "priceChange",
          "priceChangePercent",
          "weightedAvgPrice",
          "prevClosePrice",
          "lastPrice",
          "lastQty",
          "bidPrice",
          "bidQty",
          "askPrice",
          "askQty",
          "openPrice",
          "highPrice",
          "lowPrice"),
      DAY);

  private final QuoteService quotes;
  private final SharedReads reads;
  private final ExchangeSymbols symbols;
  private final Clock clock;

  TickerOperations(QuoteService quotes, SharedReads reads, ExchangeSymbols symbols, Clock clock) {
    this.quotes = quotes;
    this.reads = reads;
    this.symbols = symbols;
    this.clock = clock;
  }

  /** Returns the weight of {@link #prices} and {@link #bookTickers}. */
  static int weight(BinanceRequest request) {
    return request.form() == Form.ONE ? 2 : 4;
  }

  /** Returns the weight of {@link #dayTickers}. */
  static int dayWeight(BinanceRequest request) {
    if (request.form() == Form.ALL || request.symbols().size() > 100) {
      return 80;
    }
    return request.symbols().size() > 20 ? 40 : 2;
  }

  Future<ApiResponse> prices(BinanceRequest request) {
    return respond(
        request,
        quote -> JsonObject.of("symbol", quote.symbol(), "price", quote.price().toPlainString()));
  }

  Future<ApiResponse> dayTickers(BinanceRequest request) {
    var keys = request.text("type").filter("MINI"::equals).map(mini -> MINI).orElse(FULL);
    return respond(request, quote -> ticker(request, quote, keys));
  }

  Future<ApiResponse> bookTickers(BinanceRequest request) {
    return respond(request, quote -> ticker(request, quote, BOOK));
  }

  /** Returns these keys of the exchange's object; keys that the exchange did not send are missing. */
  private static JsonObject ticker(BinanceRequest request, Quote quote, List<String> keys) {
    var sent = new JsonObject(quote.exchangeInfo());
    sent.put("lastPrice", quote.price().toPlainString());
    var ticker = new JsonObject();
    for (var key : keys) {
      var value = sent.getValue(key);
      if (value != null) {
        ticker.put(key, key.endsWith("Time") ? timestamp(request, value) : value);
      }
    }
    return ticker;
  }

  private static Object timestamp(BinanceRequest request, Object milliseconds) {
    return milliseconds instanceof Number number
        ? request.timestamp(Instant.ofEpochMilli(number.longValue()))
        : milliseconds;
  }

  private Future<ApiResponse> respond(BinanceRequest request, Function<Quote, JsonObject> encoder) {
    var list = request.text("symbolStatus").isPresent() ? symbols.find() : symbols.findIfKnown();
    return list.compose(known -> find(request, known)).map(found -> {
      var json = new JsonArray();
      found.forEach(quote -> json.add(encoder.apply(quote)));
      var body = request.form() == Form.ONE ? json.getJsonObject(0) : json;
      return ApiResponse.json(Json.encodeToBuffer(body)).with("Age", age(found));
    });
  }

  /** Returns the current quotes of the requested symbols, in the exchange's order. */
  private Future<List<Quote>> find(BinanceRequest request, ListedObjects list) {
    if (!request.symbols().stream().allMatch(list::mayContain)) {
      throw BinanceException.unknownSymbol();
    }
    Predicate<String> selected = request
        .text("symbolStatus")
        .<Predicate<String>>map(status -> symbol -> list.hasStatus(symbol, status))
        .orElse(symbol -> true);
    if (request.form() == Form.ALL) {
      return findConfigured(selected, list.order());
    }
    var names = request.symbols().stream().filter(selected).sorted(list.order()).toList();
    if (names.isEmpty() && request.form() == Form.ONE) {
      throw BinanceException.otherStatus();
    }
    return findNamed(names, clock.instant());
  }

  /** Leaves out stale quotes; fails if all are. */
  private Future<List<Quote>> findConfigured(Predicate<String> selected, Comparator<String> order) {
    return quotes.findConfigured().map(all -> {
      var now = clock.instant();
      var current = all.quotes().stream()
          .map(CachedQuote::quote)
          .filter(quote -> !quote.stale(now))
          .sorted(Comparator.comparing(Quote::symbol, order))
          .toList();
      if (current.isEmpty()) {
        throw BinanceException.unavailable(RETRY_AFTER);
      }
      return current.stream().filter(quote -> selected.test(quote.symbol())).toList();
    });
  }

  /** Requests the quotes that are not in memory or stale; the price verticle fetches those that are not configured. */
  private Future<List<Quote>> findNamed(List<String> names, Instant now) {
    var found = new HashMap<String, Quote>();
    quotes.read(names).quotes().forEach(quote -> found.put(quote.quote().symbol(), quote.quote()));
    var missing = names.stream()
        .filter(name -> !found.containsKey(name) || found.get(name).stale(now))
        .toList();
    if (missing.isEmpty()) {
      return quotes
          .find(names, "query/symbols")
          .map(all -> all.quotes().stream().map(CachedQuote::quote).toList());
    }
    var requests = new ArrayList<Future<Prices.Quotes>>();
    for (var first = 0; first < missing.size(); first += MAX_FETCHED) {
      var part = missing.subList(first, Math.min(missing.size(), first + MAX_FETCHED));
      requests.add(reads.request(Prices.FIND, new Prices.FindQuotes(part), Vertx.currentContext()));
    }
    return Future.all(requests).map(all -> {
      requests.forEach(each -> each.result()
          .quotes()
          .forEach(quote -> found.merge(
              quote.symbol(), quote, (one, other) -> other.supersedes(one) ? other : one)));
      if (found.values().stream().anyMatch(quote -> quote.stale(now))) {
        throw BinanceException.unavailable(RETRY_AFTER);
      }
      return names.stream().map(found::get).toList();
    });
  }

  private String age(List<Quote> found) {
    var now = clock.instant();
    var oldest = found.stream().map(quote -> quote.age(now)).max(Duration::compareTo);
    return Long.toString(oldest.orElse(Duration.ZERO).toSeconds());
  }

  private static List<String> concat(List<String> one, List<String> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }
}
