package dev.verticker.dev.bench;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Observes a node with a thousand symbols for an hour: the size of its live objects, the request weight of each minute, and the
 * rows that wait to be stored. The node runs on core 0, everything else on core 1, to which this process must be pinned.
 */
public final class MarketHourBench {
  private static final List<String> SYMBOLS = FeedEnvironment.symbols(1000);
  private static final int TRADES_PER_MINUTE = 60;
  private static final String MINUTES = "--minutes=";
  private static final int DEFAULT_MINUTES = 60;

  /**
   * One minute.
   *
   * @param weight of the requests in this minute
   * @param observations that wait to be stored, like candles
   * @param dropped rows since the start
   */
  private record Sample(
      long heapBytes, long weight, long observations, long candles, long dropped) {}

  private final FeedEnvironment environment;
  private final int minutes;

  private MarketHourBench(FeedEnvironment environment, int minutes) {
    this.environment = environment;
    this.minutes = minutes;
  }

  /** {@code --minutes=<number>} replaces the hour. */
  public static void main(String[] arguments) {
    var minutes = List.of(arguments).stream()
        .filter(argument -> argument.startsWith(MINUTES))
        .mapToInt(argument -> Integer.parseInt(argument.substring(MINUTES.length())))
        .findFirst()
        .orElse(DEFAULT_MINUTES);
    FeedEnvironment.run(
        new FeedEnvironment.Exchange(
            SYMBOLS, TRADES_PER_MINUTE, options -> options.withHistoryDays(2)),
        environment -> new MarketHourBench(environment, minutes).measure());
  }

  private void measure() throws Exception {
    try (var node = environment.nodes(SYMBOLS, 1).get(0)) {
      node.start();
      node.awaitReady();
      print(observe(node));
    }
  }

  private List<Sample> observe(FeedNode node) throws IOException, InterruptedException {
    var samples = new ArrayList<Sample>();
    var weight = node.metric("exchange_weight_total");
    var next = System.nanoTime();
    for (var minute = 1; minute <= minutes; minute++) {
      next += TimeUnit.MINUTES.toNanos(1);
      TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
      var total = node.metric("exchange_weight_total");
      var sample = new Sample(
          StartupBench.heapBytes(ComparedStacks.java(), node.process().pid()),
          total - weight,
          node.metric("price_observations_waiting"),
          node.metric("candle_writes_waiting"),
          node.metric("price_observations_dropped_total")
              + node.metric("candle_writes_dropped_total"));
      weight = total;
      samples.add(sample);
      System.out.printf(Locale.ROOT, "minute %d: %s%n", minute, sample);
    }
    return samples;
  }

  private void print(List<Sample> samples) {
    var third = Math.max(1, samples.size() / 3);
    var middle = samples.subList(third, Math.max(third + 1, samples.size() - third));
    var last = samples.subList(samples.size() - third, samples.size());
    System.out.printf("%n%s, `bench/feed --hour`%n%n", Instant.now());
    System.out.printf(
        Locale.ROOT, "%,d symbols for %d minutes, one node%n%n", SYMBOLS.size(), samples.size());
    System.out.println("| figure | measured | goal |\n|---|---|---|");
    row("live objects, max in the second third", megabytes(middle), "");
    row("live objects, max in the last third", megabytes(last), "as before");
    row("request weight of a minute, max", number(samples, Sample::weight), "3,000");
    row("prices that wait to be stored, max", number(samples, Sample::observations), "20,000");
    row("candles that wait to be stored, max", number(samples, Sample::candles), "50,000");
    row("dropped rows", number(samples, Sample::dropped), "0");
  }

  private static String megabytes(List<Sample> samples) {
    return String.format(Locale.ROOT, "%.1f MB", max(samples, Sample::heapBytes) / 1e6);
  }

  private static String number(List<Sample> samples, ToLongFunction<Sample> figure) {
    return String.format(Locale.ROOT, "%,d", max(samples, figure));
  }

  private static long max(List<Sample> samples, ToLongFunction<Sample> figure) {
    return samples.stream().mapToLong(figure).max().orElse(0);
  }

  private static void row(String figure, String measured, String goal) {
    System.out.println("| " + figure + " | " + measured + " | " + goal + " |");
  }
}
