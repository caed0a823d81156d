package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.api.quotes.CachedQuote;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.web.ClientAddresses;
import dev.verticker.api.web.Cors;
import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.settings.SocketSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Delivers events and prices to browsers; once per node, for all its event loops and both framings. A socket lives on its own
 * event loop; what all of them hear is read once and handed to each loop once.
 */
public final class SocketHub {
  private static final long SWEEP_MS = 1000;
  private static final Duration MAX_DRAIN = Duration.ofSeconds(3);

  private final Vertx vertx;
  private final NodeContext node;
  private final AccessTokenVerifier verifier;
  private final RevocationCache revoked;
  private final QuoteService quotes;
  private final SocketLimits limits;
  private final LogReader reader;
  private final Map<Thread, EventLoopSessions> loops = new ConcurrentHashMap<>();

  /** The same, as they joined. */
  private final List<EventLoopSessions> order = new CopyOnWriteArrayList<>();

  private final Map<WireProtocol, AtomicLong> open;
  private final Map<WireProtocol, AtomicLong> signedIn;
  private final NodeWriteBudget unsent;

  private SocketHub(
      Vertx vertx,
      NodeContext node,
      AccessTokenVerifier verifier,
      RevocationCache revoked,
      QuoteService quotes,
      SocketLimits limits) {
    this.vertx = vertx;
    this.node = node;
    this.verifier = verifier;
    this.revoked = revoked;
    this.quotes = quotes;
    this.limits = limits;
    this.reader = new LogReader(
        vertx,
        node,
        told -> everywhere(loop -> loop.hear(told)),
        () -> everywhere(EventLoopSessions::startOver));
    this.open = gauges(node.metrics(), "open");
    this.signedIn = gauges(node.metrics(), "signed-in");
    this.unsent = new NodeWriteBudget(
        node.metrics().gauge("socket_unsent_bytes", new AtomicLong()), limits.allUnsentBytes());
    node.metrics().gauge("socket_unsent_bytes_of_one", loops, SocketHub::mostUnsent);
  }

  /** Follows events, prices and revocations on the calling context until that is undeployed. */
  public static Future<SocketHub> open(
      Vertx vertx,
      NodeContext node,
      AccessTokenVerifier verifier,
      RevocationCache revoked,
      QuoteService quotes,
      SocketSettings settings) {
    var limits = SocketLimits.of(settings);
    var feed = new SocketHub(vertx, node, verifier, revoked, quotes, limits);
    revoked.onRevoked(revocation -> feed.everywhere(loop -> loop.hear(revocation)));
    quotes.onUpdate(fresh -> feed.everywhere(loop -> loop.hearPrices(fresh)));
    node.liveness().onReturn(() -> feed.reader.ask());
    return feed.reader.start().map(feed);
  }

  /**
   * Adds {@code /ws} and {@code /eventbus}.
   *
   * @param cors pages of which other origins may connect
   * @param fallbacks whether clients without WebSocket may use XHR and EventSource
   */
  public void mount(Router router, Cors cors, ClientAddresses addresses, boolean fallbacks) {
    new SocketRoutes(this, new AllowedOrigins(cors, addresses), fallbacks).mount(router);
  }

  /** Takes sockets on the calling event loop from now on. */
  public void join(Context context) {
    var loop = new EventLoopSessions(this, context);
    loops.put(Thread.currentThread(), loop);
    order.add(loop);
    vertx.setPeriodic(SWEEP_MS, timer -> {
      loop.sweep();
      loop.symbols().forEach(this::known);
    });
  }

  /** Sends the sockets of the calling event loop away; completes when they are gone or do not react. */
  public Future<Void> leave() {
    var loop = loops.remove(Thread.currentThread());
    if (loop == null) {
      return Future.succeededFuture();
    }
    order.remove(loop);
    var leaving = loop.visitors();
    leaving.forEach(visitor -> visitor.close(CloseReason.RESTART));
    var gone = Promise.<Void>promise();
    var latest = System.nanoTime() + MAX_DRAIN.toNanos();
    vertx.setPeriodic(20, timer -> {
      if (leaving.stream().allMatch(SocketSession::hasEnded) || System.nanoTime() > latest) {
        vertx.cancelTimer(timer);
        gone.complete();
      }
    });
    return leaving.isEmpty() ? Future.succeededFuture() : gone.future();
  }

  /** Null where no front door of this node listens any more. */
  EventLoopSessions loop() {
    return loops.get(Thread.currentThread());
  }

  /** Always the same one for a name, as long as loops neither join nor leave; null where none listens. */
  EventLoopSessions loopOf(String name) {
    var all = order.toArray(EventLoopSessions[]::new);
    return all.length == 0 ? null : all[Math.floorMod(name.hashCode(), all.length)];
  }

  Vertx vertx() {
    return vertx;
  }

  Bus bus() {
    return node.bus();
  }

  Instant now() {
    return node.clock().instant();
  }

  MeterRegistry metrics() {
    return node.metrics();
  }

  AccessTokenVerifier verifier() {
    return verifier;
  }

  RevocationCache revoked() {
    return revoked;
  }

  LogReader reader() {
    return reader;
  }

  SocketLimits limits() {
    return limits;
  }

  NodeWriteBudget unsent() {
    return unsent;
  }

  /** Whether another socket would be one too many. */
  boolean isFull() {
    return open.values().stream().mapToLong(AtomicLong::get).sum() >= limits.most();
  }

  boolean isConfigured(String symbol) {
    return quotes.isConfigured(symbol);
  }

  /** @param symbol null = the configured ones */
  List<CachedQuote> quotesOf(String symbol) {
    return symbol == null ? quotes.configuredInMemory() : quotes.inMemory(List.of(symbol));
  }

  /** Fails when there is no such symbol; keeps an outside one fresh. @param symbol null = the configured ones */
  Future<?> known(String symbol) {
    return symbol == null ? Future.succeededFuture() : quotes.named(List.of(symbol), "/topic");
  }

  void opened(WireProtocol framing) {
    open.get(framing).incrementAndGet();
  }

  void signedIn(WireProtocol framing) {
    signedIn.get(framing).incrementAndGet();
  }

  void ended(SocketSession visitor) {
    open.get(visitor.framing()).decrementAndGet();
    if (visitor.isSignedIn()) {
      signedIn.get(visitor.framing()).decrementAndGet();
    }
  }

  void refused(WireProtocol framing, String code) {
    metrics()
        .counter("socket_refusals_total", "framing", framing.word(), "code", code)
        .increment();
  }

  void closed(WireProtocol framing, int code, String reason) {
    metrics()
        .counter(
            "socket_closes_total",
            "framing",
            framing.word(),
            "code",
            Integer.toString(code),
            "reason",
            reason)
        .increment();
  }

  /** Bytes. */
  private static double mostUnsent(Map<Thread, EventLoopSessions> loops) {
    return loops.values().stream()
        .mapToLong(EventLoopSessions::mostUnsent)
        .max()
        .orElse(0);
  }

  private void everywhere(Consumer<EventLoopSessions> work) {
    // Always later, also on this very loop: what is handed over keeps its order.
    loops.values().forEach(loop -> loop.later(() -> work.accept(loop)));
  }

  private static Map<WireProtocol, AtomicLong> gauges(MeterRegistry metrics, String state) {
    return Map.of(
        WireProtocol.PLAIN, gauge(metrics, WireProtocol.PLAIN, state),
        WireProtocol.BRIDGE, gauge(metrics, WireProtocol.BRIDGE, state));
  }

  private static AtomicLong gauge(MeterRegistry metrics, WireProtocol framing, String state) {
    return metrics.gauge(
        "sockets",
        List.of(Tag.of("framing", framing.word()), Tag.of("state", state)),
        new AtomicLong());
  }
}
