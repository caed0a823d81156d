package dev.verticker.price;

import dev.verticker.bus.Failure;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Creates the failures of quote requests. */
final class QuoteFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private QuoteFailures() {}

  static Failure unknown(String symbol) {
    var detail = "The exchange does not list the symbol " + symbol + ".";
    return new Failure.NotFound("symbol-unknown", detail, errors("symbol-unknown", detail));
  }

  static Failure notYetKnown(String symbol) {
    return notYetKnown(symbol, RETRY_AFTER);
  }

  static Failure notYetKnown(String symbol, Duration retryAfter) {
    var detail = "The price of " + symbol + " is not known yet.";
    return new Failure.Unavailable(
        "price-not-yet-known", detail, retryAfter, errors("price-not-yet-known", detail));
  }

  /** Combines the errors into one failure; unknown symbols take precedence over missing prices. */
  static Failure combine(List<Failure> failures) {
    var unknown = failures.stream().filter(Failure.NotFound.class::isInstance).toList();
    var reported = unknown.isEmpty() ? failures : unknown;
    if (reported.size() == 1) {
      return reported.get(0);
    }
    var code = reported.get(0).code();
    var detail = reported.stream().map(Failure::detail).collect(Collectors.joining(" "));
    var errors = reported.stream().flatMap(failure -> failure.errors().stream()).toList();
    return unknown.isEmpty()
        ? new Failure.Unavailable(code, detail, maxRetryAfter(reported), errors)
        : new Failure.NotFound(code, detail, errors);
  }

  private static Duration maxRetryAfter(List<Failure> failures) {
    return failures.stream()
        .flatMap(failure -> failure.retryAfter().stream())
        .max(Duration::compareTo)
        .orElse(RETRY_AFTER);
  }

  private static List<Failure.Error> errors(String code, String detail) {
    return List.of(new Failure.Error("query/symbols", code, detail));
  }
}
