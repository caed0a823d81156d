package dev.verticker.testing;

import dev.verticker.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A node in its own JVM that a test may kill, freeze and start again. It exits with this JVM at the latest. */
public final class NodeProcess implements AutoCloseable {
  private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile(" ready after .* listening: (.*)");

  private final Path folder;
  private final Map<String, String> environment;
  private final List<String> arguments;
  private int starts;
  private volatile Process process;
  private volatile Path log;

  /**
   * Creates a node that is not started.
   *
   * @param folder working directory, which also contains the output
   * @param arguments of the command line
   */
  public NodeProcess(Path folder, Map<String, String> environment, List<String> arguments) {
    this.folder = folder;
    this.environment = Map.copyOf(environment);
    this.arguments = List.copyOf(arguments);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Starts the process without waiting for readiness. */
  public void start() {
    try {
      Files.createDirectories(folder);
      // The file must exist before other threads read it.
      log = Files.createFile(folder.resolve("start-" + ++starts + ".log"));
      var builder = new ProcessBuilder(command())
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(Redirect.to(log.toFile()));
      builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
      builder.environment().putAll(environment);
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for readiness and restarts an exited process, as a service manager does. */
  public void awaitReady() {
    Await.until(STARTED_WITHIN, "ready: " + folder, () -> {
      if (!process.isAlive()) {
        start();
      }
      return isReady();
    });
  }

  public boolean isReady() {
    return listening() != null;
  }

  /** Returns the port of that name; -1 while the node does not listen. */
  public int port(String name) {
    var ports = listening();
    var port = Pattern.compile(name + "=(\\d+)").matcher(ports == null ? "" : ports);
    return port.find() ? Integer.parseInt(port.group(1)) : -1;
  }

  /** Kills the process without a shutdown. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Stops the process gracefully and waits until it has exited. */
  public void stop() {
    process.destroy();
    process.onExit().join();
  }

  /** Suspends the process until {@link #thaw}; its sockets stay open. */
  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
  }

  @Override
  public void close() {
    if (process != null) {
      kill();
    }
  }

  private String listening() {
    try {
      var ready = LISTENING.matcher(Files.readString(log));
      return process.isAlive() && ready.find() ? ready.group(1) : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> command() {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of(
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx256m",
        "-classpath",
        System.getProperty("java.class.path"),
        Main.class.getName()));
    command.addAll(arguments);
    return command;
  }

  private void signal(String signal) {
    try {
      var done = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .onExit()
          .join();
      if (done.exitValue() != 0 && process.isAlive()) {
        throw new AssertionError("no " + signal + " for process " + process.pid());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
