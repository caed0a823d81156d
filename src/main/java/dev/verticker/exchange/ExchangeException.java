package dev.verticker.exchange;

import java.time.Instant;

/** Why the exchange gave nothing usable; the message is a sentence for an operator. */
public abstract sealed class ExchangeException extends RuntimeException {
  private ExchangeException(String message) {
    super(message, null, false, false);
  }

  /** No request may be sent until then: 429, 418, or our own budget is used up. */
  public static final class Limited extends ExchangeException {
    private final transient Instant until;

    public Limited(Instant until, String message) {
      super(message);
      this.until = until;
    }

    public Instant until() {
      return until;
    }
  }

  /** 403 or 451: this address is not served at all. */
  public static final class AccessDenied extends ExchangeException {
    public AccessDenied(String message) {
      super(message);
    }
  }

  /** One of the symbols is not listed (-1121); the whole call failed. */
  public static final class UnknownSymbol extends ExchangeException {
    public UnknownSymbol() {
      super("the exchange does not list one of the symbols");
    }
  }

  /** No answer, too late, 5xx, or an answer that makes no sense. */
  public static final class ExchangeUnavailable extends ExchangeException {
    public ExchangeUnavailable(String message) {
      super(message);
    }
  }
}
