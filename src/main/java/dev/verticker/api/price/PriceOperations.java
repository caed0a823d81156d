package dev.verticker.api.price;

import dev.verticker.api.http.Answer;
import dev.verticker.api.http.ApiRequest;
import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The latest prices. What this node holds is answered at once; only a symbol it never heard of is asked for. */
final class PriceOperations {
  private static final String NOT_YET_KNOWN = "price-not-yet-known";
  private static final Duration SOON = Duration.ofSeconds(1);

  private final QuoteStore store;
  private final ColdReads coldReads;
  private final OutsideReads outsideReads;
  private final Clock clock;

  PriceOperations(QuoteStore store, ColdReads coldReads, OutsideReads outsideReads, Clock clock) {
    this.store = store;
    this.coldReads = coldReads;
    this.outsideReads = outsideReads;
    this.clock = clock;
  }

  Future<Answer> listPrices(ApiRequest request) {
    var limit = request.queryNumber("limit").orElse(Long.MAX_VALUE);
    var named = request.queryList("symbols");
    var quotes = named.isPresent()
        ? named(named.get(), "query/symbols")
            .map(all -> all.stream().limit(limit).toList())
        : configured(limit);
    var pointer = named.isPresent() ? "query/symbols" : "query/max_age";
    return quotes.map(found -> answer(found, request.queryNumber("max_age"), pointer));
  }

  Future<Answer> getPrice(ApiRequest request) {
    return named(List.of(request.path("symbol")), "path/symbol")
        .map(found -> answer(found, request.queryNumber("max_age"), "path/symbol"));
  }

  private Future<List<HeldQuote>> configured(long limit) {
    var quotes = store.configured().limit(limit).toList();
    return quotes.isEmpty()
        ? Future.failedFuture(new Failure.Unavailable(NOT_YET_KNOWN, "No price is known yet."))
        : Future.succeededFuture(quotes);
  }

  private Future<List<HeldQuote>> named(List<String> symbols, String pointer) {
    var quotes = new ArrayList<HeldQuote>(symbols.size());
    var missing = new ArrayList<String>();
    for (var symbol : symbols) {
      var quote = store.find(symbol);
      quotes.add(quote);
      if (quote == null) {
        missing.add(symbol);
      } else {
        outsideReads.note(symbol);
      }
    }
    if (missing.isEmpty()) {
      return Future.succeededFuture(quotes);
    }
    return coldReads
        .read(List.copyOf(missing))
        .recover(failure -> Future.failedFuture(at(pointer, failure)))
        .map(found -> {
          var next = found.iterator();
          quotes.replaceAll(quote -> quote == null ? next.next() : quote);
          return quotes;
        });
  }

  private Answer answer(List<HeldQuote> quotes, OptionalLong maxAge, String pointer) {
    var now = clock.instant();
    if (maxAge.isPresent()) {
      refuseOlderThan(Duration.ofSeconds(maxAge.getAsLong()), quotes, now, pointer);
    }
    var json = Buffer.buffer(quotes.size() * 1024).appendByte((byte) '[');
    var oldest = Duration.ZERO;
    for (var i = 0; i < quotes.size(); i++) {
      if (i > 0) {
        json.appendByte((byte) ',');
      }
      quotes.get(i).appendTo(json, now);
      var age = quotes.get(i).quote().age(now);
      oldest = age.compareTo(oldest) > 0 ? age : oldest;
    }
    return Answer.json(json.appendByte((byte) ']')).with("Age", Long.toString(oldest.toSeconds()));
  }

  private static void refuseOlderThan(
      Duration maxAge, List<HeldQuote> quotes, Instant now, String pointer) {
    var errors = quotes.stream()
        .map(HeldQuote::quote)
        .filter(quote -> quote.age(now).compareTo(maxAge) > 0)
        .map(quote -> new Failure.Error(
            pointer,
            "price-too-old",
            quote.symbol() + " was last confirmed " + quote.age(now).toSeconds() + " s ago."))
        .toList();
    if (!errors.isEmpty()) {
      throw new Failure.Unavailable(
          "price-too-old", "A price that was asked for is older than max_age.", SOON, errors);
    }
  }

  /** The price verticle does not know in which part of our request the symbols stood. */
  private static Throwable at(String pointer, Throwable cause) {
    if (cause instanceof Failure.NotFound failure) {
      return new Failure.NotFound(failure.code(), failure.detail(), moved(pointer, failure));
    }
    if (cause instanceof Failure.Unavailable failure) {
      return new Failure.Unavailable(
          failure.code(),
          failure.detail(),
          failure.retryAfter().orElse(SOON),
          moved(pointer, failure));
    }
    return cause;
  }

  private static List<Failure.Error> moved(String pointer, Failure failure) {
    return failure.errors().stream()
        .map(error -> new Failure.Error(pointer, error.code(), error.detail()))
        .toList();
  }
}
