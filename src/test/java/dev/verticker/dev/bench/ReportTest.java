package dev.verticker.dev.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.dev.bench.BenchServer.Endpoint;
import dev.verticker.dev.bench.StackComparison.Measured;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir
  private Path folder;

  @Test
  void ratios_by_rate_and_by_cpu_are_medians_of_the_ratios_in_each_round() throws IOException {
    var servers = new LinkedHashMap<String, Measured>();
    servers.put("Verticker", new Measured(loads(1000, 3000, 2000), List.of(10.0, 20.0, 30.0)));
    servers.put("another", new Measured(loads(500, 1000, 200), List.of(40.0, 60.0, 300.0)));
    var report = new Report();

    report.comparison(Map.of(Endpoint.PRICE, servers), List.of());

    assertEquals(
        List.of(
            "| Verticker | 2,000 | 1,000 to 3,000 |  | 20 us |  | 1.0 ms |",
            "| another | 500 | 200 to 1,000 | 3.00 times | 60 us | 4.00 times | 1.0 ms |"),
        report.text().lines().filter(line -> line.endsWith(" ms |")).toList());
  }

  @Test
  void only_the_measured_part_of_the_document_is_replaced() throws IOException {
    var document = folder.resolve("performance.md");
    Files.writeString(
        document,
        "by hand\n<!-- bench/run writes from here -->\nold\n<!-- to here -->\nalso by hand\n");
    var report = new Report();

    report.write(document);

    assertEquals(
        "by hand\n<!-- bench/run writes from here -->\n" + report.text()
            + "<!-- to here -->\nalso by hand\n",
        Files.readString(document));
  }

  private static List<Wrk.Load> loads(double... perSecond) {
    return Arrays.stream(perSecond)
        .mapToObj(rate -> new Wrk.Load(rate, (long) rate, 1))
        .toList();
  }
}
