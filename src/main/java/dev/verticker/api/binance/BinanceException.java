package dev.verticker.api.binance;

import dev.verticker.bus.Failure;
import java.time.Duration;
import java.util.Optional;

/** An error response in the format of the exchange: its code and its text for it, with the HTTP status. */
final class BinanceException extends RuntimeException {
  private final int status;
  private final int code;
  private final Duration retryAfter;

  private BinanceException(int status, int code, String text, Duration retryAfter) {
    super(text, null, false, false);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  private BinanceException(int code, String text) {
    this(400, code, text, null);
  }

  /** Returns the error for a failure of the event bus or of the authentication. */
  static BinanceException of(Failure failure) {
    if (failure instanceof Failure.Unauthenticated) {
      return failure.code().equals("api-key-wrong")
          ? new BinanceException(
              401, -2015, "Invalid API-key, IP, or permissions for action.", null)
          : new BinanceException(401, -2014, "API-key format invalid.", null);
    }
    if (failure instanceof Failure.NotFound) {
      return unknownSymbol();
    }
    if (failure instanceof Failure.Malformed) {
      return new BinanceException(-1100, "Illegal characters found in a parameter.");
    }
    if (failure instanceof Failure.Invalid) {
      return new BinanceException(-1130, "Invalid data sent for a parameter.");
    }
    if (failure instanceof Failure.TooManyRequests) {
      return new BinanceException(
          429, -1003, "Too many requests queued.", failure.retryAfter().orElse(null));
    }
    return failure instanceof Failure.Unavailable
        ? unavailable(failure.retryAfter().orElse(null))
        : unknown(failure.status());
  }

  /** Returns the error for a request that no operation handled. */
  static BinanceException ofStatus(int status) {
    return switch (status) {
      case 404, 405 ->
        new BinanceException(status, -1020, "This operation is not supported.", null);
      case 413 -> unknown(status);
      default -> new BinanceException(-1100, "Illegal characters found in a parameter.");
    };
  }

  private static BinanceException unknown(int status) {
    return new BinanceException(
        status, -1000, "An unknown error occurred while processing the request.", null);
  }

  static BinanceException unavailable(Duration retryAfter) {
    return new BinanceException(
        503,
        -1001,
        "Internal error; unable to process your request. Please try again.",
        retryAfter);
  }

  static BinanceException tooMuchWeight(int limit, Duration retryAfter) {
    return new BinanceException(
        429,
        -1003,
        "Too much request weight used; current limit is " + limit
            + " request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
        retryAfter);
  }

  static BinanceException illegalCharacters(String parameter, String range) {
    return new BinanceException(
        -1100,
        "Illegal characters found in parameter '" + parameter + "'; legal range is '" + range
            + "'.");
  }

  static BinanceException tooManyParameters(int expected, int received) {
    return new BinanceException(
        -1101, "Too many parameters; expected '" + expected + "' and received '" + received + "'.");
  }

  static BinanceException repeatedParameter() {
    return new BinanceException(-1101, "Duplicate values for a parameter detected.");
  }

  static BinanceException missing(String parameter) {
    return new BinanceException(
        -1102,
        "Mandatory parameter '" + parameter + "' was not sent, was empty/null, or malformed.");
  }

  static BinanceException unread(int read, int sent) {
    return new BinanceException(
        -1104,
        "Not all sent parameters were read; read '" + read + "' parameter(s) but was sent '" + sent
            + "'.");
  }

  static BinanceException empty(String parameter) {
    return new BinanceException(-1105, "Parameter '" + parameter + "' was empty.");
  }

  static BinanceException unknownInterval() {
    return new BinanceException(-1120, "Invalid interval.");
  }

  static BinanceException unknownSymbol() {
    return new BinanceException(-1121, "Invalid symbol.");
  }

  static BinanceException wrongCombination() {
    return new BinanceException(-1128, "Combination of optional parameters invalid.");
  }

  static BinanceException invalid(String parameter) {
    return new BinanceException(-1130, "Data sent for parameter '" + parameter + "' is not valid.");
  }

  static BinanceException unknownTickerType() {
    return new BinanceException(-1139, "Invalid ticker type.");
  }

  static BinanceException repeatedSymbol() {
    return new BinanceException(-1151, "Symbol is present multiple times in the list.");
  }

  static BinanceException unknownTimeUnit() {
    return new BinanceException(
        -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.");
  }

  static BinanceException otherStatus() {
    return new BinanceException(
        -1220, "The symbol's status does not match the requested symbolStatus.");
  }

  int status() {
    return status;
  }

  int code() {
    return code;
  }

  /** The time to wait before another attempt; empty if another attempt cannot succeed. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
