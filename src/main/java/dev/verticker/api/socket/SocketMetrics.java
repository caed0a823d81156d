package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.WireProtocol;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** Thread-safe metrics of the sockets on this node. */
final class SocketMetrics {
  private static final String PROTOCOL = "framing";

  private final MeterRegistry registry;
  private final Map<WireProtocol, AtomicLong> open;
  private final Map<WireProtocol, AtomicLong> signedIn;
  private final AtomicLong unsentBytes;
  private final IntSupplier publicSockets;

  /** @param publicSockets returns the number of sockets that receive public topics without sign-in */
  SocketMetrics(MeterRegistry registry, IntSupplier publicSockets) {
    this.registry = registry;
    this.publicSockets = publicSockets;
    registry.gauge("sockets_public", publicSockets, IntSupplier::getAsInt);
    this.open = gauges("open");
    this.signedIn = gauges("signed-in");
    this.unsentBytes = registry.gauge("socket_unsent_bytes", new AtomicLong());
  }

  long open() {
    return open.values().stream().mapToLong(AtomicLong::get).sum();
  }

  /** Returns the number of open sockets that have not signed in, without those that receive public topics. */
  long unauthenticated() {
    return open()
        - signedIn.values().stream().mapToLong(AtomicLong::get).sum()
        - publicSockets.getAsInt();
  }

  /** Returns the bytes that all sockets have queued and not yet written to the network. */
  long unsentBytes() {
    return unsentBytes.get();
  }

  /** @param bytes negative after bytes were sent */
  void addUnsentBytes(long bytes) {
    unsentBytes.addAndGet(bytes);
  }

  void opened(WireProtocol protocol) {
    open.get(protocol).incrementAndGet();
  }

  void signedIn(WireProtocol protocol) {
    signedIn.get(protocol).incrementAndGet();
  }

  /** Decrements the gauges; {@link #closed} counts the reason. */
  void ended(WireProtocol protocol, boolean wasSignedIn) {
    open.get(protocol).decrementAndGet();
    if (wasSignedIn) {
      signedIn.get(protocol).decrementAndGet();
    }
  }

  void rejected(WireProtocol protocol, String code) {
    var tags = Tags.of(PROTOCOL, protocol.wireName(), "code", code);
    registry.counter("socket_refusals_total", tags).increment();
  }

  void closed(WireProtocol protocol, int code, String reason) {
    var tags =
        Tags.of(PROTOCOL, protocol.wireName(), "code", Integer.toString(code), "reason", reason);
    registry.counter("socket_closes_total", tags).increment();
  }

  private Map<WireProtocol, AtomicLong> gauges(String state) {
    return Arrays.stream(WireProtocol.values())
        .collect(Collectors.toMap(
            Function.identity(),
            protocol -> registry.gauge(
                "sockets",
                Tags.of(PROTOCOL, protocol.wireName(), "state", state),
                new AtomicLong())));
  }
}
