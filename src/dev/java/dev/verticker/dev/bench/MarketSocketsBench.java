package dev.verticker.dev.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures a thousand sockets that subscribe to the prices of twenty of a thousand symbols each, with {@code every_ms} 250:
 * CPU time and heap of a socket, and the delay of its quotes. A bare relay that conflates the same streams in the same interval
 * is the baseline; it runs before the node. Both run on core 0, everything else on core 1.
 */
public final class MarketSocketsBench {
  private static final List<String> SYMBOLS = FeedEnvironment.symbols(1000);
  private static final int SYMBOLS_OF_SOCKET = 20;
  private static final int SOCKETS = 1000;
  private static final int EVERY_MS = 250;
  private static final int TRADES_PER_MINUTE = 60;
  private static final int ROUNDS = 3;
  private static final int SECONDS = 10;
  private static final int SETTLE_SECONDS = 5;
  private static final int WARM_UP_SECONDS = 30;

  /**
   * One round.
   *
   * @param cpu of a socket in a second, in microseconds
   */
  private record Round(double cpu, double p50, double p99) {}

  private final FeedEnvironment environment;
  private final Vertx clients = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private MarketSocketsBench(FeedEnvironment environment) {
    this.environment = environment;
  }

  public static void main(String[] arguments) {
    FeedEnvironment.run(
        new FeedEnvironment.Exchange(SYMBOLS, TRADES_PER_MINUTE, options -> options
            .withHistoryDays(2)
            .withWeightLimit(1_000_000)),
        environment -> new MarketSocketsBench(environment).measure());
  }

  /** The symbols of the socket of that number. */
  private static List<String> symbolsOf(int socket) {
    var first = socket * SYMBOLS_OF_SOCKET % SYMBOLS.size();
    return SYMBOLS.subList(first, first + SYMBOLS_OF_SOCKET);
  }

  private void measure() throws Exception {
    var relayHeap = new ArrayList<Double>();
    var relay = measureRelay(relayHeap);
    var nodeHeap = new ArrayList<Double>();
    var node = measureNode(nodeHeap);
    System.out.printf("%n%s, `bench/feed --sockets`%n%n", Instant.now());
    System.out.printf(
        "%,d sockets on %d of %,d symbols each, `every_ms` %d, one core%n%n",
        SOCKETS, SYMBOLS_OF_SOCKET, SYMBOLS.size(), EVERY_MS);
    System.out.println("| figure | Verticker | bare relay |\n|---|---|---|");
    row("CPU of a socket in a second", "%.0f us", median(node, 0), median(relay, 0));
    row("delay of a quote, p50", "%.0f ms", median(node, 1), median(relay, 1));
    row("delay of a quote, p99", "%.0f ms", median(node, 2), median(relay, 2));
    row("heap of a socket", "%.1f kB", nodeHeap.get(0), relayHeap.get(0));
  }

  private List<Round> measureRelay(List<Double> heap) throws Exception {
    var port = ComparedStacks.freePort();
    var variables = Map.of(
        "PORT", Integer.toString(port),
        "EXCHANGE_PORT", Integer.toString(environment.exchange().port()),
        "EVERY_MS", Integer.toString(EVERY_MS),
        "STREAMS",
            String.join(
                "/",
                SYMBOLS.stream()
                    .map(symbol -> symbol.toLowerCase(Locale.ROOT) + "@ticker")
                    .toList()));
    try (var relay = FeedNode.java(
        environment.stores().folder(),
        "socket-relay",
        variables,
        List.of(BareRelay.class.getName()))) {
      ComparedStacks.await(relay, "http://127.0.0.1:" + port + "/", true);
      return rounds(relay, heap, sockets -> {
        for (var i = 0; i < SOCKETS; i++) {
          sockets.relay(port, "/?" + String.join(",", symbolsOf(i)));
        }
      });
    }
  }

  private List<Round> measureNode(List<Double> heap) throws Exception {
    try (var node = environment.nodes(SYMBOLS, SOCKETS).get(0)) {
      node.start();
      node.awaitReady();
      var token = environment.stores().signIn(node.url());
      return rounds(node.process(), heap, sockets -> {
        for (var i = 0; i < SOCKETS; i++) {
          sockets.subscribe(
              node.port(),
              token,
              new JsonObject()
                  .put("op", "subscribe")
                  .put("topic", "prices")
                  .put("symbols", new JsonArray(symbolsOf(i)))
                  .put("every_ms", EVERY_MS));
        }
      });
    }
  }

  private interface Opening {
    void open(FeedSockets sockets);
  }

  private List<Round> rounds(CpuPinning process, List<Double> heap, Opening opening)
      throws Exception {
    TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
    var rounds = new ArrayList<Round>();
    for (var round = 0; round < ROUNDS; round++) {
      var idle = cpu(process);
      var heapBefore = StartupBench.heapBytes(ComparedStacks.java(), process.pid());
      try (var sockets = new FeedSockets(clients, environment::now)) {
        opening.open(sockets);
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        sockets.reset();
        var busy = cpu(process);
        var delays = sockets.quotes();
        rounds.add(new Round(
            (busy - idle) * 1e6 / SECONDS / SOCKETS,
            delays.percentile(0.5),
            delays.percentile(0.99)));
        if (round == ROUNDS - 1) {
          var heapAfter = StartupBench.heapBytes(ComparedStacks.java(), process.pid());
          heap.add((heapAfter - heapBefore) / 1024.0 / SOCKETS);
        }
      }
      System.out.println(rounds.get(round));
      TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    }
    return rounds;
  }

  private static double cpu(CpuPinning process) throws InterruptedException {
    var before = process.cpuSeconds();
    TimeUnit.SECONDS.sleep(SECONDS);
    return process.cpuSeconds() - before;
  }

  private static double median(List<Round> rounds, int figure) {
    var sorted = rounds.stream()
        .map(round -> List.of(round.cpu(), round.p50(), round.p99()).get(figure))
        .sorted()
        .toList();
    return sorted.get(sorted.size() / 2);
  }

  private static void row(String figure, String format, double ours, double bare) {
    System.out.println("| " + figure + " | " + String.format(Locale.ROOT, format, ours) + " | "
        + String.format(Locale.ROOT, format, bare) + " |");
  }
}
