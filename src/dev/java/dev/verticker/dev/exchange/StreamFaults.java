package dev.verticker.dev.exchange;

import java.util.Optional;

/** The active faults of stream events and handshakes. */
public final class StreamFaults extends ActiveFaults<StreamFault> {
  StreamFaults() {}

  /** Activates a fault of every stream, or of every handshake, until it is cleared. */
  public long add(StreamFaultKind kind) {
    return add(StreamFault.of(kind));
  }

  /** The fault of a handshake; each call counts as one handshake. */
  Optional<StreamFaultKind> ofConnect() {
    return next(fault -> fault.kind().isOfConnect()).map(StreamFault::kind);
  }

  /** The fault of an event; each call counts as one event. */
  Optional<StreamFault> ofEvent(String stream, String symbol) {
    return next(fault -> !fault.kind().isOfConnect()
        && fault.stream().map(stream::equals).orElse(true)
        && fault.symbol().map(symbol::equals).orElse(true));
  }
}
