package dev.verticker.exchange;

import java.time.Duration;
import java.time.Instant;

/** Thrown if a request to the exchange returns no usable response; the message is for operators. */
public abstract sealed class ExchangeException extends RuntimeException {
  private static final Duration MIN_RETRY_AFTER = Duration.ofSeconds(1);

  private final String outcome;

  private ExchangeException(String outcome, String message) {
    super(message, null, false, false);
    this.outcome = outcome;
  }

  /** Value of the tag {@code outcome} in metrics. */
  public String outcome() {
    return outcome;
  }

  /** Returns the time after which a request that failed may succeed: the end of a rate limit, at least one second. */
  public static Duration retryAfter(Throwable failure, Instant now) {
    if (!(failure instanceof RateLimitedException limited)) {
      return MIN_RETRY_AFTER;
    }
    var wait = Duration.between(now, limited.until());
    return wait.compareTo(MIN_RETRY_AFTER) > 0 ? wait : MIN_RETRY_AFTER;
  }

  /** No request may be sent before {@code until}: 429, 418, or the weight budget is used up. */
  public static final class RateLimitedException extends ExchangeException {
    private final transient Instant until;

    public RateLimitedException(Instant until, String message) {
      super("Limited", message);
      this.until = until;
    }

    public Instant until() {
      return until;
    }
  }

  /** The request was not sent: too many requests of this node wait for a connection. Says nothing about the exchange. */
  public static final class QueueFullException extends ExchangeException {
    public QueueFullException() {
      super("QueueFull", "too many requests wait for a connection to the exchange");
    }
  }

  /** 403 or 451: the exchange does not serve this address. */
  public static final class AccessDeniedException extends ExchangeException {
    public AccessDeniedException(String message) {
      super("Refused", message);
    }
  }

  /** At least one of the symbols is not listed (-1121); the whole request failed. */
  public static final class UnknownSymbolException extends ExchangeException {
    public UnknownSymbolException() {
      super("UnknownSymbol", "the exchange does not list at least one of the requested symbols");
    }
  }

  /** The request was not sent, and will not be: the exchange knows nothing of it. */
  public static final class NotSentException extends ExchangeException {
    public NotSentException(String message) {
      super("NotSent", message);
    }
  }

  /** The exchange rejected the request with an error code of its own. */
  public static final class RejectedException extends ExchangeException {
    private final int code;

    public RejectedException(int code, String message) {
      super("Rejected", message);
      this.code = code;
    }

    public int code() {
      return code;
    }
  }

  /** No response, a timeout, 5xx, or a response that cannot be parsed. */
  public static final class ExchangeUnavailableException extends ExchangeException {
    public ExchangeUnavailableException(String message) {
      super("Unavailable", message);
    }
  }
}
