package dev.verticker.dev.exchange.order;

import java.time.Duration;
import java.util.Optional;

/** A request about orders that the exchange rejects, with HTTP status, code and text. */
public final class OrderException extends RuntimeException {
  private final int status;
  private final int code;
  private final transient Optional<Duration> retryAfter;

  OrderException(int status, int code, String message) {
    this(status, code, message, Optional.empty());
  }

  OrderException(int status, int code, String message, Optional<Duration> retryAfter) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  public int status() {
    return status;
  }

  public int code() {
    return code;
  }

  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  static OrderException missing(String parameter) {
    return invalid(
        -1102,
        "Mandatory parameter '" + parameter + "' was not sent, was empty/null, or malformed.");
  }

  static OrderException illegalCharacters(String parameter, String range) {
    return invalid(
        -1100,
        "Illegal characters found in parameter '" + parameter + "'; legal range is '" + range
            + "'.");
  }

  static OrderException filter(String name) {
    return invalid(-1013, "Filter failure: " + name);
  }

  static OrderException rejected(String message) {
    return invalid(-2010, message);
  }

  static OrderException cancelRejected(String message) {
    return invalid(-2011, message);
  }

  static OrderException noSuchOrder() {
    return invalid(-2013, "Order does not exist.");
  }

  static OrderException invalidKey() {
    return new OrderException(401, -2015, "Invalid API-key, IP, or permissions for action.");
  }

  public static OrderException subscriptionActive() {
    return invalid(-2035, "User Data Stream subscription already active.");
  }

  public static OrderException subscriptionInactive() {
    return invalid(-2036, "User Data Stream subscription not active.");
  }

  /** A method that is not simulated. */
  public static OrderException unsupported() {
    return invalid(-1020, "This operation is not supported.");
  }

  static OrderException invalid(int code, String message) {
    return new OrderException(400, code, message);
  }
}
