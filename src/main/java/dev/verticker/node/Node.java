package dev.verticker.node;

import dev.verticker.bus.Bus;
import dev.verticker.context.Liveness;
import dev.verticker.context.NodeContext;
import dev.verticker.node.cluster.Cluster;
import dev.verticker.node.cluster.ClusterClock;
import dev.verticker.node.cluster.ClusterHeartbeat;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node. Starts in this order: settings, migrations, Vert.x (clustered when asked), verticles, management port.
 * Stops the other way after it has told everyone for DRAIN_SECONDS that it is going.
 */
public final class Node {
  private static final Logger log = LoggerFactory.getLogger(Node.class);
  private static final Duration MAX_JOIN = Duration.ofSeconds(60);
  private static final Duration MAX_STOP = Duration.ofSeconds(19);
  private static final Duration CLOCK_LOOK = Duration.ofSeconds(2);

  private final Configuration configuration;
  private final IntConsumer exit;
  private final Readiness readiness = new Readiness();
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Vertx vertx;
  private VerticleDeployer verticles;
  private Runnable beforeClose = () -> {};

  private Node(Configuration configuration, IntConsumer exit) {
    this.configuration = configuration;
    this.exit = exit;
  }

  /**
   * Starts a node and waits until it is ready to work. Not to be called from an event loop.
   *
   * @param environment the process environment
   * @param home the folder that may hold {@code conf/} and {@code verticles/}, which win over the packaged ones
   * @throws CannotStart when it cannot; nothing is left running then
   */
  public static Node start(NodeArguments arguments, Map<String, String> environment, Path home) {
    return start(
        arguments, environment, home, code -> new Thread(() -> System.exit(code), "exit").start());
  }

  /** @param exit ends the process with this code when a restart is the only cure */
  static Node start(
      NodeArguments arguments, Map<String, String> environment, Path home, IntConsumer exit) {
    var begin = System.nanoTime();
    var node = new Node(Configuration.read(arguments, environment, home), exit);
    try {
      node.start(arguments, home);
    } catch (RuntimeException e) {
      node.close(System.nanoTime() + MAX_STOP.toNanos());
      throw e instanceof StartupException
          ? e
          : new StartupException(StartupException.ENVIRONMENT, "the node cannot start: " + e, e);
    }
    log.info(
        "ready after {} ms: {}; listening: {}",
        (System.nanoTime() - begin) / 1_000_000,
        node.configuration.descriptors().stream()
            .map(Descriptor::name)
            .collect(Collectors.joining(", ")),
        node.readiness.ports());
    return node;
  }

  /** Port of health and metrics. */
  public int managementPort() {
    return ports().get("management");
  }

  /** What this node listens on, name to actual port. */
  public Map<String, Integer> ports() {
    return readiness.ports();
  }

  /** Drains, takes the verticles down, front doors first, and waits for it; harmless when repeated. At most 20 s. */
  public void stop() {
    if (!stopping.compareAndSet(false, true)) {
      awaitQuietly(stopped, MAX_STOP);
      return;
    }
    readiness.stopping();
    var end = System.nanoTime() + MAX_STOP.toNanos();
    var drain = configuration.node().drain();
    log.info("stopping: answering for another {} s", drain.toMillis() / 1000.0);
    awaitQuietly(stopped, drain);
    close(end);
    stopped.countDown();
    log.info("stopped");
  }

  private void start(NodeArguments arguments, Path home) {
    var settings = configuration.node();
    Migrations.packaged(settings.databaseWait()).migrateAll(configuration.databases());
    if (arguments.cluster() || !settings.cluster().members().isEmpty()) {
      startClustered(Cluster.of(settings.cluster(), home));
    } else {
      vertx = builder(new VertxOptions()).build();
      begin(ClusterClock.following(Clock.systemUTC(), CLOCK_LOOK, vertx), handler -> {});
    }
  }

  private void startClustered(Cluster cluster) {
    vertx = join(cluster);
    var clock = new ClusterClock(cluster.time(), System::nanoTime);
    var bus = new Bus(vertx, clock, metrics);
    var pulse = new ClusterHeartbeat(
        vertx,
        bus,
        cluster,
        clock,
        ClusterHeartbeat.HeartbeatSettings.STANDARD,
        () -> exit.accept(StartupException.CUT_OFF));
    pulse.start().await();
    beforeClose = pulse::stop;
    readiness.notReadyWhen("cluster", pulse::reason);
    readiness.note("cluster", () -> Optional.of("other nodes: " + cluster.count()));
    begin(bus, clock, pulse);
  }

  private Vertx join(Cluster cluster) {
    var joining = builder(new VertxOptions().setEventBusOptions(cluster.eventBus()))
        .withClusterManager(cluster.manager())
        .buildClustered();
    try {
      return joining.await(MAX_JOIN.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      joining.onSuccess(Vertx::close);
      throw new StartupException(
          StartupException.ENVIRONMENT,
          "the cluster could not be joined within " + MAX_JOIN.toSeconds() + " s",
          e);
    } catch (Throwable e) {
      throw new StartupException(
          StartupException.ENVIRONMENT, "the cluster cannot be joined: " + e.getMessage(), e);
    }
  }

  private void begin(Clock clock, Liveness liveness) {
    begin(new Bus(vertx, clock, metrics), clock, liveness);
  }

  private void begin(Bus bus, Clock clock, Liveness liveness) {
    vertx.exceptionHandler(failure -> log.error("a failure nobody handled", failure));
    readiness.notReadyWhen("event-loops", new EventLoopLag(vertx, metrics)::reason);
    verticles = new VerticleDeployer(
        vertx, new NodeContext(bus, clock, readiness, liveness, metrics), configuration);
    verticles.deploy();
    listen();
  }

  private void listen() {
    var settings = configuration.node();
    try {
      new ManagementServer(vertx, readiness, metrics)
          .listen(settings.managementHost(), settings.managementPort())
          .await();
    } catch (Throwable e) {
      throw new StartupException(
          StartupException.ENVIRONMENT,
          BindErrors.brokenRule(e, configuration.seen())
              .orElse("MANAGEMENT_HOST: must be an address of this machine, was \""
                  + settings.managementHost() + "\""),
          e);
    }
  }

  private VertxBuilder builder(VertxOptions options) {
    return Vertx.builder()
        .with(options
            // A request crosses from one event loop to another and back: two of them on one core
            // only take turns.
            .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
            .setMetricsOptions(new MicrometerMetricsOptions()
                .setEnabled(true)
                // Looked up anew for each message, packet and request; our own http_requests says
                // more and costs less.
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS)
                .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT)
                .addDisabledMetricsCategory(MetricsDomain.HTTP_SERVER)
                .setJvmMetricsEnabled(true)))
        .withMetrics(new MicrometerMetricsFactory(metrics));
  }

  private void close(long endNanos) {
    if (verticles != null) {
      verticles.undeploy(endNanos);
    }
    beforeClose.run();
    if (vertx != null) {
      try {
        vertx.close().await(Math.max(1, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        log.warn("Vert.x did not stop in time");
      }
    }
    metrics.close();
  }

  private static void awaitQuietly(CountDownLatch latch, Duration longest) {
    try {
      if (latch.await(longest.toNanos(), TimeUnit.NANOSECONDS)) {
        log.debug("stopped already");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
