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
import java.util.Map;
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
 * Development mode: everything on this machine in one command. Starts a PostgreSQL and a Redis of its own unless the
 * environment names others, finds prices, runs a node with all verticles, and says where to look.
 */
public final class Run {
  /** Out of the way of servers that a developer may have on the usual ports. */
  private static final int POSTGRES_PORT = Integer.getInteger("verticker.postgres.port", 15432);

  private static final int REDIS_PORT = Integer.getInteger("verticker.redis.port", 16379);

  private static final int MAX_START_SECONDS = 15;

  private final AnsiTerminal screen;
  private final RunSettings settings;
  private final Deque<Running> running = new ConcurrentLinkedDeque<>();
  private final Queue<CompletableFuture<?>> starting = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;
  private volatile int exitCode;

  /** Something that must be stopped again, in reverse order. */
  private record Running(String name, Runnable stop) {}

  private Run(AnsiTerminal screen, RunSettings settings) {
    this.screen = screen;
    this.settings = settings;
  }

  public static void main(String[] arguments) {
    // Before there are threads: logging says so when several begin it at once.
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
    var state = StateFolder.take(settings.home());
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
      screen.fact("fresh", "earlier data is gone");
    }
    // Each is independent of the others, and each takes its second or two.
    var redis = async(() -> redis(state));
    var upstream = async(this::upstream);
    var postgres = async(() -> postgres(state));
    var database = postgres.join();
    var node = async(() -> node(database, redis.join(), upstream.join())).join();
    if (upstream.join().isSimulated()) {
      screen.line("");
      screen.line("  These prices are not the market's: each says venue \"simulated\".");
    }
    screen.line("");
    StartupBanner.lines(node.ports(), settings)
        .forEach(line -> screen.fact(line.label(), line.text()));
    database.ifPresent(own -> screen.fact("PostgreSQL", StartupBanner.url(own, settings)));
    screen.line("");
    screen.line("Verticker is ready after " + screen.elapsed()
        + ". Ctrl-C stops it, its data stays in " + state + ".");
  }

  private Optional<PostgresDatabase> postgres(StateFolder state) {
    if (settings.sets("POSTGRES_HOST")) {
      screen.fact("PostgreSQL", "the one at POSTGRES_HOST");
      return Optional.empty();
    }
    var begun = System.nanoTime();
    var server = DevPostgres.start(state.postgres(), POSTGRES_PORT, true, screen::line);
    started("PostgreSQL", server::close);
    var values = SettingsFiles.load(settings.environment(), settings.home());
    var database = server.database(
        values.getString("POSTGRES_DB"),
        values.getString("POSTGRES_USER"),
        values.getString("POSTGRES_PASSWORD"));
    screen.fact(
        "PostgreSQL 17", "ready in " + AnsiTerminal.seconds(begun) + ", port " + server.port());
    return Optional.of(database);
  }

  private Map<String, String> redis(StateFolder state) {
    if (settings.sets("REDIS_URL")) {
      screen.fact("Redis", "the one at REDIS_URL");
      return Map.of();
    }
    var begun = System.nanoTime();
    var server = DevRedis.start(state.redis(), REDIS_PORT, Optional.empty(), true, screen::line);
    started("Redis", server::close);
    screen.fact("Redis", "ready in " + AnsiTerminal.seconds(begun) + ", port " + server.port());
    return server.settings();
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
      Optional<PostgresDatabase> database, Map<String, String> redis, UpstreamChoice upstream) {
    var begun = System.nanoTime();
    var more = new HashMap<>(redis);
    database.ifPresent(own -> more.putAll(own.settings()));
    more.putAll(upstream.settings());
    var node =
        Node.start(new NodeArguments(List.of(), false), settings.with(more), settings.home());
    started("the node", node::stop);
    screen.fact("node", "ready in " + AnsiTerminal.seconds(begun));
    return node;
  }

  private void started(String name, Runnable stop) {
    running.push(new Running(name, stop));
  }

  /** The JVM's last act. Halts by itself, because a JVM that ends by a signal would report the signal as its exit code. */
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
    // A server that took too long to start may be there all the same.
    state.stopLeftovers(screen::line);
    Runtime.getRuntime().halt(exitCode);
  }

  /** Under Maven only: a Maven that is killed cannot tell us to stop. */
  private static void stopWithParent() {
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
    var begun =
        CompletableFuture.supplyAsync(work, command -> new Thread(command, "start").start());
    starting.add(begun);
    return begun;
  }

  /** What is on its way up must be up before it can be stopped; a start that failed has nothing to stop. */
  private void awaitStarting() {
    try {
      CompletableFuture.allOf(starting.toArray(CompletableFuture[]::new))
          .exceptionally(failure -> null)
          .get(MAX_START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      screen.line("not waiting longer for what was still starting");
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
