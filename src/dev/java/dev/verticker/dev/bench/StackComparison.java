package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.bench.BenchServer.Endpoint;
import dev.verticker.dev.bench.BenchServer.Question;
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
 * The product beside other ways to serve the same two endpoints: all of them run, and are asked in turn, so that whatever
 * else the machine does falls on all. Every server has core 0 for itself; the load, PostgreSQL and Redis share core 1, to
 * which whoever starts this pins it.
 */
public final class StackComparison {
  private static final int USERS = 1000;

  /** @param seconds of each measurement */
  private record Plan(int rounds, int seconds, int warmUpSeconds, int starts) {
    static final Plan FULL = new Plan(5, 4, 10, 3);
    static final Plan QUICK = new Plan(1, 1, 2, 1);
    static final Plan NARROW = new Plan(3, 5, 15, 1);
  }

  /** One contender's measurements of one endpoint, a round each. */
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

  /** {@code --quick} only shows that it works, {@code --bare} leaves out all but bare Vert.x (room for a profiler),
   * {@code --starts} measures starts only; none of them writes anything. */
  public static void main(String[] arguments) {
    try {
      compare(List.of(arguments));
      System.exit(0);
    } catch (Exception e) {
      // The threads of the exchange simulator would keep this process alive.
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
      var surroundings = BenchEnvironment.of(folder, postgres, redis, exchange.url());
      var report = new Report();
      if (!options.contains("--starts")) {
        new StackComparison(plan).run(vertx, surroundings, narrow, report);
      }
      if (!quick && !narrow) {
        new StartupBench(surroundings, plan.starts()).measure(report);
      }
      System.out.println(report.text());
      if (options.isEmpty()) {
        report.write(Path.of("docs", "performance.md"));
      }
    }
  }

  private void run(Vertx vertx, BenchEnvironment surroundings, boolean narrow, Report report)
      throws Exception {
    var contenders = new ArrayList<BenchServer>();
    try {
      var peers = new ComparedStacks(surroundings, skipped::add);
      var product = peers.product();
      contenders.add(product);
      surroundings.fill(USERS);
      var questions = List.of(
          new Question(
              Endpoint.PRICE, "/internal/price?limit=3", "X-API-Key: " + BenchEnvironment.API_KEY),
          new Question(
              Endpoint.USER,
              "/users/" + USERS / 2,
              "Authorization: Bearer " + surroundings.signIn(product.users())));
      surroundings.shareQuotes(vertx, product.prices());
      contenders.addAll(narrow ? List.of(peers.bare()) : peers.others());
      requireSameAnswers(contenders, questions);
      var measured = measure(contenders, questions);
      report.versions(StackVersions.of(surroundings));
      report.comparison(measured, skipped);
      report.processes(contenders);
    } finally {
      contenders.forEach(BenchServer::close);
    }
  }

  private static void requireSameAnswers(List<BenchServer> contenders, List<Question> questions)
      throws IOException, InterruptedException {
    for (var question : questions) {
      var wanted = contenders.get(0).answer(question);
      for (var contender : contenders) {
        var answered = contender.answer(question);
        if (!answered.equals(wanted)) {
          throw new IllegalStateException(
              contender.name() + " answers\n" + answered + "\ninstead of\n" + wanted);
        }
      }
    }
    System.out.println("All answer the same.");
  }

  private Map<Endpoint, Map<String, Measured>> measure(
      List<BenchServer> contenders, List<Question> questions)
      throws IOException, InterruptedException {
    for (var question : questions) {
      for (var contender : contenders) {
        Wrk.run(contender.url(question), question.header(), plan.warmUpSeconds());
      }
    }
    var measured = new LinkedHashMap<Endpoint, Map<String, Measured>>();
    for (var round = 1; round <= plan.rounds(); round++) {
      for (var question : questions) {
        for (var contender : contenders) {
          var before = contender.process().cpuSeconds();
          var load = Wrk.run(contender.url(question), question.header(), plan.seconds());
          var cpu = contender.process().cpuSeconds() - before;
          var figures = measured
              .computeIfAbsent(question.endpoint(), endpoint -> new LinkedHashMap<>())
              .computeIfAbsent(contender.name(), name -> new Measured());
          figures.loads().add(load);
          figures.cpuMicros().add(cpu * 1e6 / load.requests());
          System.out.printf(
              "round %d %-5s %-16s %7.0f /s %6.1f us CPU%n",
              round,
              question.endpoint(),
              contender.name(),
              load.perSecond(),
              cpu * 1e6 / load.requests());
        }
      }
    }
    return measured;
  }
}
