package dev.verticker.dev.site;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A node in its own JVM with the class path of this one; it can be stopped, killed and restarted. */
public final class SiteNode implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);
  private static final int CONNECT_TIMEOUT_MS = 500;

  private final List<String> prefix;
  private final String host;
  private final int management;
  private final Map<String, String> settings;
  private final List<String> verticles;
  private final Path log;
  private Process process;

  /**
   * @param prefix command before {@code java} on the command line; empty = none
   * @param host address of its management port
   * @param settings the whole environment, with ports, among them MANAGEMENT_PORT
   * @param verticles empty = all
   */
  public SiteNode(
      List<String> prefix,
      String host,
      Map<String, String> settings,
      List<String> verticles,
      Path log) {
    this.prefix = List.copyOf(prefix);
    this.host = host;
    this.management = Integer.parseInt(settings.get("MANAGEMENT_PORT"));
    this.settings = Map.copyOf(settings);
    this.verticles = List.copyOf(verticles);
    this.log = log;
  }

  /** Returns at once; see {@link #awaitReady}. */
  public void start() {
    var command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of(
        // Absolute, because the prefix may change the working directory.
        "@" + Path.of("conf/jvm.options").toAbsolutePath(),
        "-XX:TieredStopAtLevel=1",
        "-Xmx256m",
        "-classpath",
        System.getProperty("java.class.path"),
        "dev.verticker.Main"));
    command.addAll(verticles);
    var builder = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(log.toFile()));
    var environment = new HashMap<>(settings);
    environment.put("PATH", System.getenv("PATH"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void awaitReady(Duration timeout) {
    var end = System.nanoTime() + timeout.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(
            "the node is not ready, see " + log + ":\n" + lastLogLines());
      }
      pause();
    }
  }

  public boolean isReady() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, management), CONNECT_TIMEOUT_MS);
      socket.setSoTimeout(2000);
      socket
          .getOutputStream()
          .write("GET /health/ready HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      var response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return response.contains(" 200 OK");
    } catch (IOException e) {
      return false;
    }
  }

  /** Stops as a service manager does, and returns the time from the signal to the end of the process. */
  public Duration stop() {
    var start = System.nanoTime();
    process.destroy();
    awaitEnd();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Stops its execution; it keeps its sockets until {@link #thaw}. */
  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
  }

  /** The port of health checks and metrics. */
  public int management() {
    return management;
  }

  /** Resident memory of the process in bytes. */
  public long memory() {
    try (var status = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
      return status
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** Of a process that has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  public Path log() {
    return log;
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      awaitEnd();
    }
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .onExit()
          .join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(
            "the node did not stop within " + STOP_TIMEOUT.toSeconds() + " s, see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The end of its log. */
  public String lastLogLines() {
    try {
      var lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
