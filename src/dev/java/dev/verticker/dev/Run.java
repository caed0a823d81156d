package dev.verticker.dev;

import dev.verticker.node.Node;
import dev.verticker.node.NodeArguments;
import dev.verticker.settings.PriceSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import java.nio.file.Path;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Development mode: runs the whole system on this machine. Starts an embedded PostgreSQL and Redis unless the
 * environment names others, chooses where prices come from, runs a node with all verticles, and prints its URLs.
 */
public final class Run {
  /** Not the default ports, which servers of the developer may use. */
  private static final int POSTGRES_PORT = Integer.getInteger("verticker.postgres.port", 15432);

  private static final int REDIS_PORT = Integer.getInteger("verticker.redis.port", 16379);

  private static final int MAX_START_SECONDS = 15;

  private final AnsiTerminal screen;
  private final RunSettings settings;
  private final Deque<Running> running = new ConcurrentLinkedDeque<>();
  private final Queue<CompletableFuture<?>> starting = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;
  private volatile int exitCode;

  /** A part of the system; parts are stopped in reverse order of their start. */
  private record Running(String name, Runnable stop) {}

  private Run(AnsiTerminal screen, RunSettings settings) {
    this.screen = screen;
    this.settings = settings;
  }

  public static void main(String[] arguments) {
    // SLF4J warns if several threads initialize it at once.
    LoggerFactory.getILoggerFactory();
    var screen = new AnsiTerminal(System.out);
    screen.line("Verticker, development mode");
    try {
      var home = Path.of("").toAbsolutePath();
      new Run(screen, RunSettings.read(home, System.getenv(), System.getProperties())).start();
    } catch (DevServerException e) {
      screen.line(e.getMessage());
      System.exit(1);
    }
  }

  private void start() {
    var state = StateFolder.lock(settings.home());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(state), "stop"));
    stopWithParent();
    try {
      start(state);
    } catch (RuntimeException e) {
      if (!stopping) {
        exitCode = 1;
        screen.line("Cannot start: " + reason(e));
      }
      System.exit(exitCode);
    }
  }

  private void start(StateFolder state) {
    if (settings.fresh()) {
      state.clear(screen::line);
      screen.fact("fresh", "earlier data deleted");
    }
    // Independent of each other, each takes a second or two.
    var redis = async(() -> redis(state));
    var upstream = async(this::upstream);
    var postgres = async(() -> postgres(state));
    var database = postgres.join();
    var node = async(() -> node(database, redis.join(), upstream.join())).join();
    if (upstream.join().isSimulated()) {
      screen.line("");
      screen.line("  Prices are not those of the market: their venue is \""
          + upstream.join().venue() + "\".");
    }
    screen.line("");
    StartupBanner.lines(node.ports(), settings)
        .forEach(line -> screen.fact(line.label(), line.text()));
    database.ifPresent(
        embedded -> screen.fact("PostgreSQL", StartupBanner.url(embedded, settings)));
    screen.line("");
    screen.line("Verticker is ready after " + screen.elapsed()
        + ". Press Ctrl-C to stop it. Its data is kept in " + state + ".");
  }

  private Optional<PostgresDatabase> postgres(StateFolder state) {
    if (settings.sets("POSTGRES_HOST")) {
      screen.fact("PostgreSQL", "external, from POSTGRES_HOST");
      return Optional.empty();
    }
    var startedAt = System.nanoTime();
    var server = DevPostgres.start(state.postgres(), POSTGRES_PORT, true, screen::line);
    started("PostgreSQL", server::close);
    var values = SettingsFiles.load(settings.environment(), settings.home());
    var database = server.database(
        values.getString("POSTGRES_DB"),
        values.getString("POSTGRES_USER"),
        values.getString("POSTGRES_PASSWORD"));
    screen.fact(
        "PostgreSQL 17",
        "ready in " + AnsiTerminal.secondsSince(startedAt) + ", port " + server.port());
    return Optional.of(database);
  }

  private Optional<DevRedis> redis(StateFolder state) {
    if (settings.sets("REDIS_URL")) {
      screen.fact("Redis", "external, from REDIS_URL");
      return Optional.empty();
    }
    var startedAt = System.nanoTime();
    var server = DevRedis.start(state.redis(), REDIS_PORT, Optional.empty(), true, screen::line);
    started("Redis", server::close);
    screen.fact(
        "Redis", "ready in " + AnsiTerminal.secondsSince(startedAt) + ", port " + server.port());
    return Optional.of(server);
  }

  private UpstreamChoice upstream() {
    var values = SettingsFiles.load(settings.environment(), settings.home());
    var upstream = UpstreamChoice.choose(
        values.containsKey("BINANCE_BASE_URL"),
        SettingsReader.read(values, PriceSettings::read),
        settings.recorded(),
        settings.speed());
    if (upstream.isSimulated()) {
      started("the exchange simulator", upstream::close);
    }
    screen.fact("prices from", upstream.description());
    return upstream;
  }

  private Node node(
      Optional<PostgresDatabase> database, Optional<DevRedis> redis, UpstreamChoice upstream) {
    forgetEarlierPrices(database, redis);
    var startedAt = System.nanoTime();
    var more = new HashMap<String, String>();
    redis.ifPresent(embedded -> more.putAll(embedded.settings()));
    database.ifPresent(embedded -> more.putAll(embedded.settings()));
    more.putAll(upstream.settings());
    var node =
        Node.start(new NodeArguments(List.of(), false), settings.with(more), settings.home());
    started("the node", node::stop);
    screen.fact("node", "ready in " + AnsiTerminal.secondsSince(startedAt));
    return node;
  }

  /** Redis holds quotes for a minute, and only data that may be lost. */
  private void forgetEarlierPrices(Optional<PostgresDatabase> database, Optional<DevRedis> redis) {
    var tables = database.map(EarlierPrices::delete).orElse(List.of());
    if (!tables.isEmpty()) {
      redis.ifPresent(DevRedis::flush);
      screen.fact("earlier run", "its simulated prices are deleted");
    }
  }

  private void started(String name, Runnable stop) {
    running.push(new Running(name, stop));
  }

  /** The shutdown hook. It halts the JVM itself: a JVM that ends by a signal reports the signal as its exit code. */
  private void stop(StateFolder state) {
    stopping = true;
    awaitStarting();
    for (var next = running.poll(); next != null; next = running.poll()) {
      try {
        next.stop().run();
        screen.line("stopped " + next.name());
      } catch (RuntimeException e) {
        exitCode = 1;
        screen.line("could not stop " + next.name() + ": " + reason(e));
      }
    }
    // A server that took too long to start may have started in between.
    state.stopLeftovers(screen::line);
    Runtime.getRuntime().halt(exitCode);
  }

  /** Under Maven only: if Maven is killed, this process gets no signal. */
  static void stopWithParent() {
    if (Boolean.getBoolean("verticker.stop-with-parent")) {
      ProcessHandle.current()
          .parent()
          .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    }
  }

  private <T> CompletableFuture<T> async(Supplier<T> work) {
    if (stopping) {
      throw new DevServerException("stopped while starting");
    }
    var future =
        CompletableFuture.supplyAsync(work, command -> new Thread(command, "start").start());
    starting.add(future);
    return future;
  }

  /** A part that is starting can only be stopped once it has started. */
  private void awaitStarting() {
    try {
      CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new))
          .exceptionally(failure -> null)
          .get(MAX_START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      screen.line("some parts did not finish starting within " + MAX_START_SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String reason(Throwable failure) {
    return failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? reason(wrapped.getCause())
        : failure.getMessage();
  }
}
