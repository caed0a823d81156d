package dev.verticker.node;

import dev.verticker.bus.Bus;
import dev.verticker.context.ClusterConnectivity;
import dev.verticker.context.NodeContext;
import dev.verticker.node.cluster.Cluster;
import dev.verticker.node.cluster.ClusterClock;
import dev.verticker.node.cluster.ClusterHeartbeat;
import dev.verticker.node.cluster.HeartbeatSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node. Starts in this order: settings, migrations and Vert.x (clustered if configured), verticles,
 * management port. On stop, the node reports "not ready" for DRAIN_SECONDS, undeploys the verticles and closes Vert.x,
 * which closes the management port last.
 */
public final class Node {
  private static final Logger log = LoggerFactory.getLogger(Node.class);
  private static final Duration MAX_STOP = Duration.ofSeconds(19);

  private final Configuration configuration;
  private final IntConsumer exit;
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Vertx vertx;
  private Readiness readiness;
  private VerticleDeployer verticles;
  private Runnable beforeClose = () -> {};

  private Node(Configuration configuration, IntConsumer exit) {
    this.configuration = configuration;
    this.exit = exit;
  }

  /**
   * Starts a node and waits until it is ready. Blocks: do not call it on an event loop.
   *
   * @param environment the process environment
   * @param home the folder that may hold {@code conf/} and {@code verticles/}, whose files replace the packaged ones
   * @throws StartupException when the node cannot start; nothing is left running then
   */
  public static Node start(NodeArguments arguments, Map<String, String> environment, Path home) {
    return start(
        arguments, environment, home, code -> new Thread(() -> System.exit(code), "exit").start());
  }

  /** @param exit ends the process with this exit code when only a restart can help */
  static Node start(
      NodeArguments arguments, Map<String, String> environment, Path home, IntConsumer exit) {
    var begin = System.nanoTime();
    var node = new Node(Configuration.read(arguments, environment, home), exit);
    try {
      node.start(arguments, home);
    } catch (BindException | RuntimeException e) {
      node.close(System.nanoTime() + MAX_STOP.toNanos());
      throw StartupException.of(e);
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

  /** The port of health checks and metrics. */
  public int managementPort() {
    return ports().get("management");
  }

  /** The actual ports of this node by name. */
  public Map<String, Integer> ports() {
    return readiness.ports();
  }

  /**
   * Reports "not ready" while draining, then undeploys the verticles, API verticles first, and closes Vert.x. Waits at
   * most 19 s. Idempotent.
   */
  public void stop() {
    if (!stopping.compareAndSet(false, true)) {
      awaitQuietly(stopped, MAX_STOP);
      return;
    }
    readiness.stopping();
    var end = System.nanoTime() + MAX_STOP.toNanos();
    var drain = configuration.node().drain();
    log.info("draining for {} s, then stopping", drain.toMillis() / 1000.0);
    awaitQuietly(stopped, drain);
    close(end);
    stopped.countDown();
    log.info("stopped");
  }

  private void start(NodeArguments arguments, Path home) throws BindException {
    var settings = configuration.node();
    // Concurrent, because migrations and Vert.x are independent and take half of the start-up time.
    var migrated = CompletableFuture.runAsync(
        () -> Migrations.packaged(settings.databaseWait()).migrateAll(configuration.databases()),
        command -> new Thread(command, "migrations").start());
    if (arguments.cluster() || !settings.cluster().members().isEmpty()) {
      startClustered(Cluster.of(settings.cluster(), home), migrated);
    } else {
      vertx = builder(new VertxOptions()).build();
      readiness = new Readiness(vertx);
      var clock = ClusterClock.following(Clock.systemUTC(), ClusterClock.READ_INTERVAL, vertx);
      run(new Bus(vertx, clock, metrics), clock, handler -> {}, migrated);
    }
  }

  private void startClustered(Cluster cluster, CompletableFuture<Void> migrated) {
    vertx = join(cluster);
    readiness = new Readiness(vertx);
    var clock = new ClusterClock(cluster.time(), System::nanoTime);
    var bus = new Bus(vertx, clock, metrics);
    var heartbeat = new ClusterHeartbeat(
        vertx,
        bus,
        cluster,
        clock,
        HeartbeatSettings.DEFAULT,
        () -> exit.accept(StartupException.CLUSTER_LOST));
    heartbeat.start().await();
    beforeClose = heartbeat::stop;
    readiness.notReadyWhen("cluster", heartbeat::reason);
    readiness.note("cluster members", () -> Optional.of("other nodes: " + cluster.otherMembers()));
    run(bus, clock, heartbeat, migrated);
  }

  private Vertx join(Cluster cluster) {
    var joining = builder(new VertxOptions().setEventBusOptions(cluster.eventBus()))
        .withClusterManager(cluster.manager())
        .buildClustered();
    try {
      return joining.await(Cluster.MAX_JOIN.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      joining.onSuccess(Vertx::close);
      throw new StartupException(
          StartupException.ENVIRONMENT,
          "Cannot join the cluster: not joined within " + Cluster.MAX_JOIN.toSeconds() + " s",
          e);
    } catch (Throwable e) {
      throw new StartupException(
          StartupException.ENVIRONMENT, "Cannot join the cluster: " + e.getMessage(), e);
    }
  }

  private void run(
      Bus bus, Clock clock, ClusterConnectivity connectivity, CompletableFuture<Void> migrated) {
    vertx.exceptionHandler(failure -> log.error("unhandled exception", failure));
    readiness.notReadyWhen("event-loops", new EventLoopLag(vertx, metrics)::reason);
    verticles = new VerticleDeployer(
        vertx, new NodeContext(bus, clock, readiness, connectivity, metrics), configuration);
    await(migrated);
    verticles.deploy();
    listen();
  }

  private static void await(CompletableFuture<Void> migrated) {
    try {
      migrated.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof StartupException cause ? cause : e;
    }
  }

  private void listen() {
    var settings = configuration.node();
    try {
      ManagementServer.listen(vertx, settings, readiness, metrics).await();
    } catch (Throwable e) {
      throw new StartupException(
          StartupException.ENVIRONMENT,
          BindErrors.describe(e, configuration.effectiveValues())
              .orElse("MANAGEMENT_HOST: must be an address of this machine, was \""
                  + settings.managementHost() + "\""),
          e);
    }
  }

  private VertxBuilder builder(VertxOptions options) {
    return Vertx.builder()
        .with(options
            // Vert.x creates two event loops per core by default. A request changes between event
            // loops, so more loops than cores only add context switches.
            .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
            .setMetricsOptions(new MicrometerMetricsOptions()
                .setEnabled(true)
                // These look up their meters again for each message, packet and request;
                // our own http_requests reports more at a lower cost.
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
        log.warn("Vert.x did not close in time");
      }
    }
    metrics.close();
  }

  private static void awaitQuietly(CountDownLatch latch, Duration max) {
    try {
      if (latch.await(max.toNanos(), TimeUnit.NANOSECONDS)) {
        log.debug("already stopped");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
