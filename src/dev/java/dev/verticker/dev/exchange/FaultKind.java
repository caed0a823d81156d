package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.Optional;

/** The ways to fail on demand. */
public enum FaultKind {
  /** 429 with Retry-After and the exchange's -1003 body. */
  RATE_LIMITED("429"),
  /** 418 with Retry-After and the -1003 body that names the end of the ban. */
  BANNED("418"),
  /** 403 with the firewall's HTML. */
  FORBIDDEN("403"),
  /** 451, restricted location. */
  RESTRICTED("451"),
  /** 500 with -1000. */
  SERVER_ERROR("500"),
  /** 503 with -1008. */
  OVERLOADED("503"),
  /** The request is read, but there is no response. */
  HANG("hang"),
  /** The regular response after a delay. */
  SLOW("slow"),
  /** Half of the announced body, then the connection is closed. */
  EARLY_CLOSE("early_close"),
  /** A complete HTTP response whose JSON is truncated. */
  TRUNCATED_JSON("truncated_json"),
  /** Strings become booleans, numbers become arrays. */
  WRONG_TYPES("wrong_types"),
  /** Prices are {@code "NaN"}. */
  NAN("nan"),
  /** Prices are {@code "0.00000000"}. */
  ZERO_PRICE("zero_price"),
  /** Prices are negative. */
  NEGATIVE_PRICE("negative_price"),
  /** The response is for a symbol that was not requested. Candles have no symbol and do not change. */
  WRONG_SYMBOL("wrong_symbol"),
  /** The regular response after megabytes of white space. */
  HUGE_BODY("huge_body"),
  /** {@code []}; exchangeInfo has an empty list of symbols. */
  EMPTY_LIST("empty_list"),
  /** A list without the symbol; a single object without its {@code symbol} key. Candles do not change. */
  MISSING_SYMBOL("missing_symbol"),
  /** The connection is closed without a response. */
  CLOSED("close"),
  /** 500 with -1006: the execution status is unknown. */
  UNEXPECTED_RESPONSE("-1006"),
  /** 504 with -1007: the execution status is unknown. */
  BACKEND_TIMEOUT("-1007"),
  /** 429 with Retry-After and -1015. */
  TOO_MANY_ORDERS("-1015"),
  /** 400 with -1021. */
  INVALID_TIMESTAMP("-1021"),
  /** 400 with -2010 "Duplicate order sent." */
  DUPLICATE_ORDER("-2010"),
  /** 400 with -2011. */
  CANCEL_REJECTED("-2011"),
  /** 400 with -2013. */
  NO_SUCH_ORDER("-2013"),
  /** A regular response to a new order, which queries do not find until the delay is over. */
  LATE_VISIBILITY("late_visibility"),
  /** A cancellation is confirmed; a fill from the moment before is reported and visible after the delay. */
  LATE_FILL("late_fill"),
  /** The regular response, but the connections of user streams are closed before the events are sent. */
  DROPPED_STREAMS("drop_streams");

  private final String wire;

  FaultKind(String wire) {
    this.wire = wire;
  }

  /** The name in the control endpoint. */
  public String wire() {
    return wire;
  }

  /** Whether an endpoint can fail in this way. */
  boolean appliesTo(Endpoint endpoint) {
    return switch (this) {
      case LATE_VISIBILITY -> endpoint == Endpoint.PLACE_ORDER;
      case LATE_FILL -> endpoint == Endpoint.CANCEL_ORDER;
      case DROPPED_STREAMS -> endpoint == Endpoint.PLACE_ORDER || endpoint == Endpoint.CANCEL_ORDER;
      default -> true;
    };
  }

  static Optional<FaultKind> of(String wire) {
    return Arrays.stream(values()).filter(kind -> kind.wire.equals(wire)).findFirst();
  }
}
