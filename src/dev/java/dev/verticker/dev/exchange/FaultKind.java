package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.Optional;

/** Ways in which the simulator fails on demand. */
public enum FaultKind {
  /** 429 with Retry-After and the exchange's -1003 body. */
  RATE_LIMITED("429"),
  /** 418 with Retry-After and the -1003 body that names the end of the ban. */
  BANNED("418"),
  /** 403 with the firewall's HTML. */
  FORBIDDEN("403"),
  /** 451, refused by geography. */
  RESTRICTED("451"),
  /** 500 with -1000. */
  SERVER_ERROR("500"),
  /** 503 with -1008. */
  OVERLOADED("503"),
  /** The request is read, an answer never comes. */
  HANG("hang"),
  /** The right answer after a delay. */
  SLOW("slow"),
  /** Half of the announced body, then the connection is gone. */
  EARLY_CLOSE("early_close"),
  /** A whole HTTP answer whose JSON ends in the middle. */
  TRUNCATED_JSON("truncated_json"),
  /** Texts become booleans, numbers become arrays. */
  WRONG_TYPES("wrong_types"),
  /** Prices read {@code "NaN"}. */
  NAN("nan"),
  /** Prices read {@code "0.00000000"}. */
  ZERO_PRICE("zero_price"),
  /** Prices have a minus before them. */
  NEGATIVE_PRICE("negative_price"),
  /** The answer is for a symbol that was not asked. Candles carry no symbol and stay whole. */
  WRONG_SYMBOL("wrong_symbol"),
  /** The right answer behind megabytes of white space. */
  HUGE_BODY("huge_body"),
  /** {@code []} instead of the answer; exchangeInfo lists no symbols. */
  EMPTY_LIST("empty_list"),
  /** A list without the symbol; a single object without its {@code symbol} key. Candles carry none and stay whole. */
  MISSING_SYMBOL("missing_symbol");

  private final String wire;

  FaultKind(String wire) {
    this.wire = wire;
  }

  /** The name in the control endpoint. */
  public String wire() {
    return wire;
  }

  static Optional<FaultKind> of(String wire) {
    return Arrays.stream(values()).filter(kind -> kind.wire.equals(wire)).findFirst();
  }
}
