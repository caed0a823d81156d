package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A server program started by this JVM. If the JVM is killed, the program keeps running, and the next run finds it by
 * the pid file that the program writes.
 */
final class ServerProcess {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 10;
  private static final int LOG_LINES = 5;

  /** The signal for an immediate clean stop; with TERM PostgreSQL would wait for its clients. */
  enum StopSignal {
    INT,
    TERM
  }

  private final String name;
  private final Path folder;
  private final Path program;
  private final Path pidFile;
  private final StopSignal stopSignal;
  private Process process;

  /** @param pidFile written by the program before it does anything else, its pid in the first line */
  ServerProcess(String name, Path folder, Path program, Path pidFile, StopSignal stopSignal) {
    this.name = name;
    this.folder = folder;
    this.program = program;
    this.pidFile = pidFile;
    this.stopSignal = stopSignal;
  }

  /**
   * Stops the server that an earlier run left running in this folder; another program with the same pid is not touched.
   */
  void stopLeftover(Consumer<String> log) {
    leftover().ifPresent(handle -> {
      log.accept(name + " of an earlier run is still running (process " + handle.pid()
          + "): stopping it; its data is kept");
      end(handle);
    });
    deletePidFile();
  }

  /** Starts the program and returns when it is ready; its output goes to a file. */
  void start(List<String> command, BooleanSupplier ready) {
    try {
      process = new ProcessBuilder(inOwnSession(command))
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .redirectOutput(log().toFile())
          .start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new DevServerException(name + " cannot be started: " + e.getMessage(), e);
    }
    awaitReady(ready);
  }

  boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** Stops cleanly; returns when the process and its children have ended. */
  void stop() {
    end(process.toHandle());
    awaitExit();
  }

  /** Kills the process and its children at once, like a crash. */
  void kill() {
    // The parent first, or it could start another child in between.
    signal("STOP", List.of(process.toHandle()));
    var family = family(process.toHandle());
    signal("KILL", family);
    await(family);
    awaitExit();
  }

  /** Stops the execution of the process and its children, which keep their sockets, until {@link #thaw}. */
  void freeze() {
    // The parent first, or it could start another child in between.
    signal("STOP", List.of(process.toHandle()));
    signal("STOP", family(process.toHandle()));
  }

  void thaw() {
    signal("CONT", family(process.toHandle()));
  }

  /** Until this JVM, the parent, has waited for it, its pid looks like that of a running process. */
  private void awaitExit() {
    try {
      process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<ProcessHandle> leftover() {
    return pidInFile().stream()
        .boxed()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .filter(this::runsOurProgram)
        .findFirst();
  }

  private OptionalLong pidInFile() {
    try {
      var lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.<String>of();
      return lines.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(lines.get(0).strip()));
    } catch (IOException | NumberFormatException e) {
      // Missing, or being written.
      return OptionalLong.empty();
    }
  }

  private boolean runsOurProgram(ProcessHandle handle) {
    return handle.info().command().map(Path::of).filter(program::equals).isPresent();
  }

  private void end(ProcessHandle handle) {
    var family = family(handle);
    signal("CONT", family);
    signal(stopSignal.name(), List.of(handle));
    if (!haveEnded(List.of(handle), STOP_TIMEOUT)) {
      signal("KILL", family);
    }
    await(family);
  }

  private void deletePidFile() {
    try {
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady(BooleanSupplier ready) {
    var deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    while (!hasWrittenPid() || !ready.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new DevServerException(name + " stopped with code " + process.exitValue()
            + " during start: " + lastLogLines());
      }
      if (System.nanoTime() > deadline) {
        kill();
        throw new DevServerException(
            name + " was not ready within " + READY_TIMEOUT.toSeconds() + " s: " + lastLogLines());
      }
      pause();
    }
  }

  /** The pid file may still be that of an earlier process. */
  private boolean hasWrittenPid() {
    return pidInFile().stream().anyMatch(pid -> pid == process.pid());
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DevServerException("interrupted while waiting for a server", e);
    }
  }

  private String lastLogLines() {
    try (var lines = Files.lines(log())) {
      var all = lines.toList();
      return String.join(" / ", all.subList(Math.max(0, all.size() - LOG_LINES), all.size()));
    } catch (IOException | UncheckedIOException e) {
      return "see " + log();
    }
  }

  private Path log() {
    return folder.resolve("server.log");
  }

  /** Ctrl-C reaches every process of the terminal's group, but the servers must outlive the node that uses them. */
  private static List<String> inOwnSession(List<String> command) {
    if (!Programs.exists("setsid")) {
      return command;
    }
    var withSession = new ArrayList<String>();
    withSession.add("setsid");
    withSession.addAll(command);
    return withSession;
  }

  private static List<ProcessHandle> family(ProcessHandle handle) {
    return Stream.concat(Stream.of(handle), handle.descendants()).toList();
  }

  private static void signal(String signal, List<ProcessHandle> receivers) {
    var pids = receivers.stream()
        .filter(ProcessHandle::isAlive)
        .map(handle -> Long.toString(handle.pid()))
        .toList();
    if (!pids.isEmpty()) {
      Programs.run(List.of("sh", "-c", "kill -" + signal + " " + String.join(" ", pids)));
    }
  }

  private static void await(List<ProcessHandle> family) {
    if (!haveEnded(family, STOP_TIMEOUT)) {
      throw new DevServerException("processes do not end: " + family);
    }
  }

  private static boolean haveEnded(List<ProcessHandle> family, Duration timeout) {
    var deadline = System.nanoTime() + timeout.toNanos();
    while (family.stream().anyMatch(ServerProcess::isRunning)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause();
    }
    return true;
  }

  /** An ended process that its parent has not waited for counts as alive but has no command. */
  private static boolean isRunning(ProcessHandle handle) {
    return handle.isAlive() && handle.info().command().isPresent();
  }
}
