package dev.verticker.dev.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process pinned to cores, with its CPU time and memory. */
final class CpuPinning implements AutoCloseable {
  private static final int STOP_TIMEOUT_SECONDS = 20;
  private static final double TICKS_PER_SECOND = 100;

  /** Index among the fields after the name in {@code /proc/PID/stat}; the name may contain blanks. */
  private static final int USER_TICKS = 11;

  private static final int SYSTEM_TICKS = 12;

  private final Process process;
  private final Path log;

  private CpuPinning(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param cores in the format of taskset: {@code 0}, {@code 0,1}
   * @param environment in addition to that of this process
   */
  static CpuPinning start(
      String cores, Path folder, Path log, Map<String, String> environment, List<String> command) {
    var pinned = new ArrayList<>(List.of("taskset", "-c", cores));
    pinned.addAll(command);
    var builder = new ProcessBuilder(pinned)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return new CpuPinning(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    // taskset executes the program in its own process.
    return process.pid();
  }

  /** Throws if the process has ended. */
  void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "the process ended with code " + process.exitValue() + ", see " + log);
    }
  }

  /** CPU time of all its threads. */
  double cpuSeconds() {
    var stat = read("stat");
    var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]))
        / TICKS_PER_SECOND;
  }

  long residentMegabytes() {
    return read("status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Ends the process at once ({@code kill -9}). */
  void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the process, and kills it after a timeout. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid()), file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
