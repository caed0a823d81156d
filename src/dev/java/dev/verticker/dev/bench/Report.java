package dev.verticker.dev.bench;

import dev.verticker.dev.bench.BenchServer.Endpoint;
import dev.verticker.dev.bench.StackComparison.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The measured part of {@code docs/performance.md}; the rest is written by hand. */
final class Report {
  private static final String BEGIN = "<!-- bench/run writes from here -->\n";
  private static final String END = "<!-- to here -->\n";
  private static final Map<Endpoint, String> TITLES = Map.of(
      Endpoint.PRICE, "`GET /internal/price?limit=3`, API key",
      Endpoint.USER, "`GET /users/{id}`, access token, one row from PostgreSQL");

  private final StringBuilder text = new StringBuilder();

  Report() throws IOException {
    line("");
    line(
        "%s, %s, %s. `bench/run`.",
        LocalDate.now(ZoneOffset.UTC),
        machine(),
        Files.readString(Path.of("/proc/sys/kernel/ostype")).strip()
            + " "
            + Files.readString(Path.of("/proc/sys/kernel/osrelease"))
                .strip()
                .replaceAll("-.*", ""));
  }

  /** @param versions names with versions */
  void versions(List<String> versions) {
    line("");
    line("%s.", String.join(", ", versions));
  }

  /** The others are compared with the first server of each endpoint. */
  void comparison(Map<Endpoint, Map<String, Measured>> measured, List<String> skipped) {
    line("");
    line(
        "\"By rate\" is the rate of Verticker divided by the rate of the server in that row. \"By CPU\" is the CPU time"
            + " per request of that server divided by");
    line(
        "that of Verticker. Both are medians of the ratios of each round, so they differ slightly from ratios of the"
            + " medians in the table.");
    measured.forEach((endpoint, servers) -> {
      var ours = servers.values().iterator().next();
      line("");
      line("### %s", TITLES.get(endpoint));
      line("");
      line(
          "| server | requests/s | min to max | by rate | CPU per request | by CPU | 99th percentile |");
      line("|---|---|---|---|---|---|---|");
      servers.forEach((name, figures) -> {
        var rates =
            figures.loads().stream().mapToDouble(Wrk.Load::perSecond).sorted().toArray();
        line(
            "| %s | %,.0f | %,.0f to %,.0f | %s | %.0f us | %s | %.1f ms |",
            name,
            perSecond(figures),
            rates[0],
            rates[rates.length - 1],
            figures == ours ? "" : times(byRate(ours, figures)),
            median(figures.cpuMicros(), Double::doubleValue),
            figures == ours ? "" : times(byCpu(ours, figures)),
            median(figures.loads(), Wrk.Load::p99Millis));
      });
    });
    if (!skipped.isEmpty()) {
      line("");
      skipped.forEach(sentence -> line("%s", sentence));
    }
  }

  /** To be called after all measurements. */
  void processes(List<BenchServer> servers) {
    line("");
    line("### Start-up and memory of one process");
    line("");
    line(
        "One process on one core, JVMs with `-Xmx256m`: time from start to first response (Verticker also migrates its"
            + " schemas), and resident");
    line("memory after all measurements above.");
    line("");
    line("| server | first response after | resident memory |");
    line("|---|---|---|");
    for (var server : servers) {
      line(
          "| %s | %.1f s | %d MB |",
          server.name(), server.startSeconds(), server.process().residentMegabytes());
    }
  }

  void starts(List<StartupBench.Result> results, long jarBytes) {
    line("");
    line("### From `java -jar` to ready");
    line("");
    line(
        "All five verticles in one node, `-Xmx256m`, both cores, PostgreSQL and Redis running, schemas migrated. The jar has %.1f MB.",
        jarBytes / 1e6);
    line("");
    line("| | ready after | CPU until ready | resident memory | live heap |");
    line("|---|---|---|---|---|");
    for (var result : results) {
      var starts = result.starts();
      line(
          "| %s | %.2f s | %.2f s | %.0f MB | %.0f MB |",
          result.name(),
          median(starts, StartupBench.Started::wallSeconds),
          median(starts, StartupBench.Started::cpuSeconds),
          median(starts, StartupBench.Started::residentMegabytes),
          median(starts, StartupBench.Started::heapMegabytes));
    }
    line("");
  }

  String text() {
    return text.toString();
  }

  /** Replaces the measured part of an earlier run. */
  void write(Path document) throws IOException {
    var content = Files.readString(document);
    var begin = content.indexOf(BEGIN) + BEGIN.length();
    var end = content.indexOf(END);
    Files.writeString(document, content.substring(0, begin) + text + content.substring(end));
  }

  private static double perSecond(Measured measured) {
    return median(measured.loads(), Wrk.Load::perSecond);
  }

  private static double byRate(Measured ours, Measured theirs) {
    return ratio(
        ours,
        round -> ours.loads().get(round).perSecond() / theirs.loads().get(round).perSecond());
  }

  private static double byCpu(Measured ours, Measured theirs) {
    return ratio(ours, round -> theirs.cpuMicros().get(round) / ours.cpuMicros().get(round));
  }

  /** Median of ratios within rounds, so that other load of the machine affects both sides. */
  private static double ratio(Measured ours, ToDoubleFunction<Integer> inRound) {
    return median(IntStream.range(0, ours.loads().size()).boxed().toList(), inRound);
  }

  private static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2f times", ratio);
  }

  private static <T> double median(List<T> measured, ToDoubleFunction<T> figure) {
    var sorted = measured.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static String machine() throws IOException {
    var model = Files.readString(Path.of("/proc/cpuinfo"))
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 2))
        .findFirst()
        .orElse("unknown processor");
    var memory = Files.readString(Path.of("/proc/meminfo")).lines().findFirst().orElse("0");
    return "%d cores of %s, %d GiB"
        .formatted(
            Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("processor"))
                .count(),
            model,
            Math.round(Long.parseLong(memory.replaceAll("[^0-9]", "")) / 1024.0 / 1024.0));
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
