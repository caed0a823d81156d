package dev.verticker.dev.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Measures the time from {@code java -jar verticker.jar} to ready: all verticles in one node, on two cores, with PostgreSQL
 * and Redis running and all schemas migrated.
 */
final class StartupBench {
  private static final String HEAP = "-Xmx256m";

  /** The JVM options of the image and of the systemd service. */
  private static final String OPTIONS = "@" + Path.of("conf", "jvm.options").toAbsolutePath();

  private static final int MAX_START_MS = 30_000;
  private static final int POLL_MS = 10;

  private final BenchEnvironment surroundings;
  private final int times;

  /**
   * A way to start.
   *
   * @param java the program
   * @param options of the JVM
   */
  private record Way(String name, String java, List<String> options) {}

  /**
   * Figures of one start when it became ready.
   *
   * @param heapMegabytes size of the live objects
   */
  record Started(
      double wallSeconds, double cpuSeconds, long residentMegabytes, long heapMegabytes) {}

  /** All starts of one way. */
  record Result(String name, List<Started> starts) {}

  StartupBench(BenchEnvironment surroundings, int times) {
    this.surroundings = surroundings;
    this.times = times;
  }

  void measure(Report report) throws IOException, InterruptedException {
    var results = new ArrayList<Result>();
    var ways = ways();
    ways.forEach(way -> results.add(new Result(way.name(), new ArrayList<>())));
    for (var time = 0; time < times; time++) {
      for (var at = 0; at < ways.size(); at++) {
        results.get(at).starts().add(start(ways.get(at)));
      }
    }
    report.starts(results, Files.size(ComparedStacks.JAR));
  }

  private static List<Way> ways() throws IOException {
    var ways = new ArrayList<>(List.of(
        new Way("JDK 17", ComparedStacks.java(), List.of()),
        new Way("JDK 17, `conf/jvm.options`", ComparedStacks.java(), List.of(OPTIONS))));
    newer().ifPresent(java -> {
      ways.add(new Way("JDK 25", java, List.of()));
      ways.add(new Way("JDK 25, `conf/jvm.options`", java, List.of(OPTIONS)));
    });
    return ways;
  }

  /** The java program of an installed JDK 25. */
  private static Optional<String> newer() throws IOException {
    var home = Path.of("/usr/lib/jvm");
    if (!Files.isDirectory(home)) {
      return Optional.empty();
    }
    try (Stream<Path> found = Files.list(home)) {
      return found
          .filter(folder -> folder.getFileName().toString().contains("-25"))
          .map(folder -> folder.resolve("bin").resolve("java"))
          .filter(Files::isExecutable)
          .min(Comparator.naturalOrder())
          .map(Path::toString);
    }
  }

  private Started start(Way way) throws IOException, InterruptedException {
    var management = ComparedStacks.freePort();
    var environment = new ComparedStacks(surroundings, skipped -> {})
        .node(ComparedStacks.freePort(), ComparedStacks.freePort(), management);
    var command = new ArrayList<>(List.of(way.java(), HEAP));
    command.addAll(way.options());
    command.addAll(List.of("-jar", ComparedStacks.JAR.toString()));
    var folder = surroundings.folder();
    var begun = System.nanoTime();
    try (var process =
        CpuPinning.start("0,1", folder, folder.resolve("start.log"), environment, command)) {
      awaitReady(process, URI.create("http://127.0.0.1:" + management + "/health/ready"));
      var wall = (System.nanoTime() - begun) / 1e9;
      var cpu = process.cpuSeconds();
      var resident = process.residentMegabytes();
      return new Started(wall, cpu, resident, heapBytes(way.java(), process.pid()) / (1024 * 1024));
    }
  }

  private static void awaitReady(CpuPinning process, URI ready) throws InterruptedException {
    var request = HttpRequest.newBuilder(ready).build();
    for (var polls = 0; polls < MAX_START_MS / POLL_MS; polls++) {
      process.requireAlive();
      try {
        if (BenchServer.HTTP.send(request, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      Thread.sleep(POLL_MS);
    }
    throw new IllegalStateException(ready + " does not answer 200 within " + MAX_START_MS + " ms");
  }

  /** Returns the size of the live objects of a process. */
  static long heapBytes(String java, long pid) throws IOException, InterruptedException {
    var jcmd = Path.of(java).resolveSibling("jcmd").toString();
    var process = new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram").start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output
        .lines()
        .filter(line -> line.startsWith("Total"))
        .mapToLong(line -> Long.parseLong(line.trim().split(" +")[2]))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Unexpected output of jcmd: " + output));
  }
}
