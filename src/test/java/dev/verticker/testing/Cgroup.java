package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Limits the memory or CPU time of processes. Supports control groups version 1, and version 2 if its controllers may be
 * enabled for groups right below the root.
 */
public final class Cgroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path folder;
  private final boolean second;
  private final Thread atExit = new Thread(this::remove);

  private Cgroup(Path folder, boolean second) {
    this.folder = folder;
    this.second = second;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Limits memory. Skips the test if the controller is unavailable to this user. */
  public static Cgroup ofMemory(int megabytes) {
    var group = create("memory");
    var bytes = Long.toString(megabytes * 1024L * 1024);
    group.write(group.second ? "memory.max" : "memory.limit_in_bytes", bytes);
    return group;
  }

  /** Limits CPU time once {@link #allow} is called. */
  public static Cgroup ofProcessor() {
    return create("cpu");
  }

  /**
   * Limits the processes to {@code percent} of one processor, which they may use at the beginning of each period.
   *
   * @param percent 0 = unlimited
   */
  public void allow(int percent, Duration period) {
    var micros = period.toNanos() / 1000;
    var quota = micros * percent / 100;
    if (second) {
      write("cpu.max", (percent == 0 ? "max" : quota) + " " + micros);
    } else {
      write("cpu.cfs_period_us", Long.toString(micros));
      write("cpu.cfs_quota_us", Long.toString(percent == 0 ? -1 : quota));
    }
  }

  /** Returns the command prefix that runs a process in this group. */
  public List<String> inside() {
    return List.of("sh", "-c", "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"", folder.toString());
  }

  /** Returns how often the kernel killed a process of this group for lack of memory. */
  public long killed() {
    try {
      return Files.readAllLines(folder.resolve(second ? "memory.events" : "memory.oom_control"))
          .stream()
          .filter(line -> line.startsWith("oom_kill "))
          .mapToLong(line -> Long.parseLong(line.split(" ")[1]))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes the group; its processes must have exited. */
  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private static Cgroup create(String controller) {
    var second = Files.exists(ROOT.resolve("cgroup.controllers"));
    var parent = second ? ROOT : ROOT.resolve(controller);
    var folder = parent.resolve("verticker-" + ProcessHandle.current().pid());
    try {
      if (second) {
        Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+" + controller);
      }
      Assumptions.assumeTrue(
          Files.isDirectory(parent), "Needs the " + controller + " controller of control groups");
      Files.createDirectory(folder);
      return new Cgroup(folder, second);
    } catch (IOException e) {
      return Assumptions.abort("Needs root, which may make control groups: " + e);
    }
  }

  private void write(String file, String value) {
    try {
      Files.writeString(folder.resolve(file), value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void remove() {
    // The files of this folder belong to the kernel and cannot be deleted.
    folder.toFile().delete();
  }
}
