package dev.verticker.dev.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The load generator: one thread, 32 connections, each with one request under way. */
final class Wrk {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("([0-9]+) requests in");
  private static final Pattern SLOWEST = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

  /** @param p99Millis what one in a hundred requests took longer than */
  record Load(double perSecond, long requests, double p99Millis) {}

  private Wrk() {}

  /** Fails when anything but success was answered, or not answered. */
  static Load run(String url, String header, int seconds) throws IOException, InterruptedException {
    var process = new ProcessBuilder(
            List.of("wrk", "-t1", "-c32", "-d" + seconds + "s", "--latency", "-H", header, url))
        .redirectErrorStream(true)
        .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0 || said.contains("Non-2xx") || said.contains("Socket errors")) {
      throw new IllegalStateException(url + ":\n" + said);
    }
    var unit = found(SLOWEST, said, 2);
    return new Load(
        Double.parseDouble(found(RATE, said, 1)),
        Long.parseLong(found(COUNT, said, 1)),
        Double.parseDouble(found(SLOWEST, said, 1))
            * (unit.equals("s") ? 1000 : unit.equals("us") ? 0.001 : 1));
  }

  private static String found(Pattern pattern, String text, int group) {
    var matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("wrk said something else:\n" + text);
    }
    return matcher.group(group);
  }
}
