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
 * A server program started by this JVM. A JVM that is killed leaves it behind, and the pid file that the program itself
 * writes tells the next run.
 */
final class ServerProcess {
  private static final Duration READY_WITHIN = Duration.ofSeconds(30);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);
  private static final long POLL_MILLIS = 10;
  private static final int LOG_LINES = 5;

  /** What a server understands as "stop now, in order"; TERM would let PostgreSQL wait for its clients. */
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

  /** Stops what an earlier run left behind in this folder, and says so; a stranger that got the same pid is let alone. */
  void stopLeftover(Consumer<String> say) {
    leftover().ifPresent(handle -> {
      say.accept(name + " of an earlier run was still there (process " + handle.pid()
          + "): stopping it, its data is kept");
      end(handle);
    });
    forget();
  }

  /** Starts the program and returns when {@code ready} says so; what the program prints goes to a file. */
  void start(List<String> command, BooleanSupplier ready) {
    try {
      process = new ProcessBuilder(inItsOwnSession(command))
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

  /** Stops in order; returns when the process and its children are gone. */
  void stop() {
    end(process.toHandle());
    takeNote();
  }

  /** What a crash looks like: the process and its children are gone at once, nothing is tidied up. */
  void kill() {
    // The parent first, or a child that is born meanwhile lives on.
    signal("STOP", List.of(process.toHandle()));
    var family = family(process.toHandle());
    signal("KILL", family);
    await(family);
    takeNote();
  }

  /** The process and its children stand still but keep their sockets, until {@link #thaw}. */
  void freeze() {
    // The parent first, or a child that is born meanwhile goes on.
    signal("STOP", List.of(process.toHandle()));
    signal("STOP", family(process.toHandle()));
  }

  void thaw() {
    signal("CONT", family(process.toHandle()));
  }

  /** Until its parent, this JVM, has taken note of its end, its pid still counts: the next one would think it runs. */
  private void takeNote() {
    try {
      process.waitFor(STOPPED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<ProcessHandle> leftover() {
    return writtenPid().stream()
        .boxed()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .filter(this::runsOurProgram)
        .findFirst();
  }

  private OptionalLong writtenPid() {
    try {
      var lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.<String>of();
      return lines.isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(Long.parseLong(lines.get(0).strip()));
    } catch (IOException | NumberFormatException e) {
      // Absent, or just being written.
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
    if (!gone(List.of(handle), STOPPED_WITHIN)) {
      signal("KILL", family);
    }
    await(family);
  }

  private void forget() {
    try {
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady(BooleanSupplier ready) {
    var giveUp = System.nanoTime() + READY_WITHIN.toNanos();
    while (!isWrittenDown() || !ready.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new DevServerException(
            name + " stopped with code " + process.exitValue() + " at its start: " + lastWords());
      }
      if (System.nanoTime() > giveUp) {
        kill();
        throw new DevServerException(
            name + " was not ready within " + READY_WITHIN.toSeconds() + " s: " + lastWords());
      }
      pause();
    }
  }

  /** A pid file of an earlier process may still lie there. */
  private boolean isWrittenDown() {
    return writtenPid().stream().anyMatch(pid -> pid == process.pid());
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DevServerException("interrupted while waiting for a server", e);
    }
  }

  private String lastWords() {
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

  /** Ctrl-C reaches every process of the terminal's group: the servers must outlive the node that still needs them. */
  private static List<String> inItsOwnSession(List<String> command) {
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
    if (!gone(family, STOPPED_WITHIN)) {
      throw new DevServerException("processes that do not end: " + family);
    }
  }

  private static boolean gone(List<ProcessHandle> family, Duration within) {
    var giveUp = System.nanoTime() + within.toNanos();
    while (family.stream().anyMatch(ServerProcess::isThere)) {
      if (System.nanoTime() > giveUp) {
        return false;
      }
      pause();
    }
    return true;
  }

  /** A dead process that its parent has not taken note of has no program any more, yet counts as alive. */
  private static boolean isThere(ProcessHandle handle) {
    return handle.isAlive() && handle.info().command().isPresent();
  }
}
