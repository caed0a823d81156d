package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.bench.BenchServer.BenchRequest;
import dev.verticker.dev.bench.BenchServer.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the product with other stacks that serve the same two endpoints. All servers run at the same time and are
 * measured in turn, so that other load of the machine affects all. Servers run on core 0; the load generator,
 * PostgreSQL and Redis on core 1, to which this process must be pinned.
 */
public final class StackComparison {
  private static final int USERS = 1000;

  /** @param seconds of each measurement */
  private record Plan(int rounds, int seconds, int warmUpSeconds, int starts) {
    static final Plan FULL = new Plan(5, 4, 10, 3);
    static final Plan QUICK = new Plan(1, 1, 2, 1);
    static final Plan NARROW = new Plan(3, 5, 15, 1);
  }

  /** Measurements of one endpoint of a server, one for each round. */
  record Measured(List<Wrk.Load> loads, List<Double> cpuMicros) {
    Measured() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Plan plan;
  private final List<String> skipped = new ArrayList<>();

  private StackComparison(Plan plan) {
    this.plan = plan;
  }

  /**
   * {@code --quick} only checks that it works, {@code --bare} compares with bare Vert.x only, {@code --starts} measures
   * starts only. Without an option the report is written.
   */
  public static void main(String[] arguments) {
    try {
      compare(List.of(arguments));
      System.exit(0);
    } catch (Exception e) {
      // The threads of the exchange simulator keep the process alive.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void compare(List<String> options) throws Exception {
    var quick = options.contains("--quick");
    var narrow = options.contains("--bare");
    var plan = quick ? Plan.QUICK : narrow ? Plan.NARROW : Plan.FULL;
    var folder = Files.createDirectories(Path.of("target", "bench"));
    var vertx = Vertx.vertx();
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      var exchange = ExchangeSimulator.start(vertx, SimulatorOptions.defaults()).await();
      var environment = BenchEnvironment.of(folder, postgres, redis, exchange.url());
      var report = new Report();
      if (!options.contains("--starts")) {
        new StackComparison(plan).run(vertx, environment, narrow, report);
      }
      if (!quick && !narrow) {
        new StartupBench(environment, plan.starts()).measure(report);
      }
      System.out.println(report.text());
      if (options.isEmpty()) {
        report.write(Path.of("docs", "performance.md"));
      }
    }
  }

  private void run(Vertx vertx, BenchEnvironment environment, boolean narrow, Report report)
      throws Exception {
    var servers = new ArrayList<BenchServer>();
    try {
      var peers = new ComparedStacks(environment, skipped::add);
      var product = peers.product();
      servers.add(product);
      environment.fill(USERS);
      var requests = List.of(
          new BenchRequest(
              Endpoint.PRICE, "/internal/price?limit=3", "X-API-Key: " + BenchEnvironment.API_KEY),
          new BenchRequest(
              Endpoint.USER,
              "/users/" + USERS / 2,
              "Authorization: Bearer " + environment.signIn(product.users())));
      environment.shareQuotes(vertx, product.prices());
      servers.addAll(narrow ? List.of(peers.bare()) : peers.others());
      requireEqualResponses(servers, requests);
      var measured = measure(servers, requests);
      report.versions(StackVersions.of(environment));
      report.comparison(measured, skipped);
      report.processes(servers);
    } finally {
      servers.forEach(BenchServer::close);
    }
  }

  private static void requireEqualResponses(List<BenchServer> servers, List<BenchRequest> requests)
      throws IOException, InterruptedException {
    for (var request : requests) {
      var expected = servers.get(0).normalizedResponse(request);
      for (var server : servers) {
        var actual = server.normalizedResponse(request);
        if (!actual.equals(expected)) {
          throw new IllegalStateException(
              server.name() + " responds\n" + actual + "\nbut expected\n" + expected);
        }
      }
    }
    System.out.println("All responses are equal.");
  }

  private Map<Endpoint, Map<String, Measured>> measure(
      List<BenchServer> servers, List<BenchRequest> requests)
      throws IOException, InterruptedException {
    for (var request : requests) {
      for (var server : servers) {
        Wrk.run(server.url(request), request.header(), plan.warmUpSeconds());
      }
    }
    var measured = new LinkedHashMap<Endpoint, Map<String, Measured>>();
    for (var round = 1; round <= plan.rounds(); round++) {
      for (var request : requests) {
        for (var server : servers) {
          var before = server.process().cpuSeconds();
          var load = Wrk.run(server.url(request), request.header(), plan.seconds());
          var cpu = server.process().cpuSeconds() - before;
          var figures = measured
              .computeIfAbsent(request.endpoint(), endpoint -> new LinkedHashMap<>())
              .computeIfAbsent(server.name(), name -> new Measured());
          figures.loads().add(load);
          figures.cpuMicros().add(cpu * 1e6 / load.requests());
          System.out.printf(
              "round %d %-5s %-16s %7.0f /s %6.1f us CPU%n",
              round,
              request.endpoint(),
              server.name(),
              load.perSecond(),
              cpu * 1e6 / load.requests());
        }
      }
    }
    return measured;
  }
}
