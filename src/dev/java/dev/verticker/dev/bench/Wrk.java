package dev.verticker.dev.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Runs the load generator wrk: one thread, 32 connections, one request at a time on each. */
final class Wrk {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("([0-9]+) requests in");
  private static final Pattern SLOWEST = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  /** @param p99Millis 99th percentile of the response time */
  record Load(double perSecond, long requests, double p99Millis) {}

  private Wrk() {}

  /** Throws if any request fails. */
  static Load run(String url, String header, int seconds) throws IOException, InterruptedException {
    var process = new ProcessBuilder(
            List.of("wrk", "-t1", "-c32", "-d" + seconds + "s", "--latency", "-H", header, url))
        .redirectErrorStream(true)
        .start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0 || output.contains("Non-2xx") || output.contains("Socket errors")) {
      throw new IllegalStateException(url + ":\n" + output);
    }
    var unit = found(SLOWEST, output, 2);
    return new Load(
        Double.parseDouble(found(RATE, output, 1)),
        Long.parseLong(found(COUNT, output, 1)),
        Double.parseDouble(found(SLOWEST, output, 1))
            * (unit.equals("s") ? 1000 : unit.equals("us") ? 0.001 : 1));
  }

  private static String found(Pattern pattern, String text, int group) {
    var matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("unexpected output of wrk:\n" + text);
    }
    return matcher.group(group);
  }
}
