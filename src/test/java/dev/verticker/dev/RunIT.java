package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(VertxExtension.class)
class RunIT {
  /**
   * Matches stack traces and messages of libraries. Warnings of Verticker are allowed, because a slow machine may cause some.
   */
  private static final Pattern UNEXPLAINED =
      Pattern.compile("\\b(WARNING|ERROR|SLF4J)\\b|Exception|^\\s+at ");

  @TempDir
  private Path home;

  private final List<Running> runs = new ArrayList<>();
  private final Vertx vertx;

  RunIT(Vertx vertx) {
    this.vertx = vertx;
  }

  @AfterEach
  void stop_leftovers() {
    runs.forEach(run -> run.process.destroyForcibly().onExit().join());
    DevPostgres.stopLeftover(home.resolve(".verticker/postgres"), sentence -> {});
    DevRedis.stopLeftover(home.resolve(".verticker/redis"), sentence -> {});
  }

  @Test
  void a_run_serves_prices_recovers_from_a_kill_and_leaves_no_process()
      throws IOException, InterruptedException {
    var first = run();
    first.awaitReady();
    assertEquals(200, get(first.found("health +(\\S+)")).status());
    var prices = get(first.found("(http\\S+/internal/price\\S+?)'"));
    prices.expect(200);
    var price = prices.array().getJsonObject(0);
    assertEquals("BTCUSDT", price.getString("symbol"));
    assertEquals("replayed", price.getString("venue"));
    assertEquals(List.of(), first.unexplained());
    var second = run();
    assertEquals(1, second.exitCode());
    assertTrue(second.printed().contains("already runs in this folder"), second::printed);

    first.process.destroyForcibly().waitFor();
    var third = run();
    third.awaitReady();

    assertTrue(
        third.printed().contains("PostgreSQL of an earlier run is still running"), third::printed);
    assertTrue(
        third.printed().contains("Redis of an earlier run is still running"), third::printed);
    assertFalse(
        isStored(price.getLong("id"), third),
        "the history of a simulated exchange belongs to its run");
    assertTrue(third.printed().contains("its simulated prices are deleted"), third::printed);

    // By its handle: the process object would close the stream before its last lines are read.
    third.process.toHandle().destroy();

    assertEquals(0, third.exitCode(), third::printed);
    assertEquals(List.of(), third.unexplained());
    assertTrue(
        third
            .printed()
            .lines()
            .toList()
            .containsAll(List.of(
                "stopped the node",
                "stopped the exchange simulator",
                "stopped PostgreSQL",
                "stopped Redis")),
        third::printed);
    for (var port :
        List.of("PostgreSQL 17 .* port (\\d+)", "Redis .* port (\\d+)", "localhost:(\\d+)/docs")) {
      assertFalse(Ports.answers(Integer.parseInt(third.found(port))), port);
    }
  }

  private boolean isStored(long id, Running run) {
    var url = URI.create(run.found("(postgresql://\\S+)"));
    var login = url.getUserInfo().split(":");
    var database = new TestDatabase(new PostgresDatabase(
        url.getHost(), url.getPort(), url.getPath().substring(1), login[0], login[1]));
    return database.number("SELECT count(*) FROM market.observations WHERE id = " + id) == 1;
  }

  private Response get(String url) {
    var address = URI.create(url);
    return new TestHttpClient(vertx, address.getPort())
        .get(address.getRawPath())
        .headers("X-API-Key", "punapiinternalkey")
        .send();
  }

  private Running run() throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of(
        "-XX:TieredStopAtLevel=1",
        "-Xmx512m",
        "-Dverticker.binaries=" + Binaries.ofThisRun().folder(),
        "-Dverticker.postgres.port=0",
        "-Dverticker.redis.port=0",
        // Makes the run independent of the real exchange.
        "-Dmarket.data=" + RecordedMarket.generated(home.resolve("recorded market")),
        "-classpath",
        System.getProperty("java.class.path"),
        Run.class.getName()));
    var builder = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
    var environment = builder.environment();
    environment.keySet().removeIf(name -> !List.of("PATH", "HOME", "LANG").contains(name));
    environment.put("PRICE_API_PORT", "0");
    environment.put("USER_API_PORT", "0");
    environment.put("MANAGEMENT_PORT", "0");
    var running = new Running(builder.start());
    runs.add(running);
    return running;
  }

  /** Runs development mode in its own JVM and records its output. */
  private static final class Running {
    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();

    Running(Process process) {
      this.process = process;
      this.output = process.inputReader();
    }

    void awaitReady() throws IOException {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        if (line.startsWith("Verticker is ready")) {
          return;
        }
      }
      throw new AssertionError("ended before it was ready:\n" + printed());
    }

    int exitCode() throws IOException, InterruptedException {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), this::printed);
      return process.exitValue();
    }

    String printed() {
      return String.join("\n", lines);
    }

    String found(String pattern) {
      var matcher = Pattern.compile(pattern).matcher(printed());
      assertTrue(matcher.find(), () -> pattern + " is not in\n" + printed());
      return matcher.group(1);
    }

    List<String> unexplained() {
      return lines.stream().filter(line -> UNEXPLAINED.matcher(line).find()).toList();
    }
  }
}
