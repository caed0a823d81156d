package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.Optional;

/** The ways in which streams fail on demand. */
public enum StreamFaultKind {
  /** Events are not sent; the connection stays open and answers. */
  SILENCE("silence"),
  /** Events are sent after a delay, so later events of other streams arrive before them. */
  LATE("late"),
  /** Each event is sent twice. */
  DOUBLED("doubled"),
  /** Events have the symbol {@code WRONGUSDT} under the name of the right stream. */
  WRONG_SYMBOL("wrong_symbol"),
  /** Half of the JSON of an event. */
  GARBAGE("garbage"),
  /** The handshake is answered with 503. */
  REFUSED_CONNECT("refused_connect"),
  /** The handshake is not answered. */
  HANGING_CONNECT("hanging_connect");

  private final String wire;

  StreamFaultKind(String wire) {
    this.wire = wire;
  }

  /** The name in the control endpoint. */
  public String wire() {
    return wire;
  }

  boolean isOfConnect() {
    return this == REFUSED_CONNECT || this == HANGING_CONNECT;
  }

  static Optional<StreamFaultKind> of(String wire) {
    return Arrays.stream(values()).filter(kind -> kind.wire.equals(wire)).findFirst();
  }
}
