package dev.verticker.dev.bench;

/** Delays in milliseconds, counted in steps of a tenth of a millisecond. Not thread-safe. */
final class Delays {
  private static final int STEPS_PER_MS = 10;
  private static final int MAX_MS = 60_000;

  private final int[] counts = new int[MAX_MS * STEPS_PER_MS];
  private long total;

  void add(double millis) {
    var step = (int) Math.round(millis * STEPS_PER_MS);
    counts[Math.max(0, Math.min(counts.length - 1, step))]++;
    total++;
  }

  long total() {
    return total;
  }

  /** @param part 0.99 = 99 of 100 delays are not longer than the returned one */
  double percentile(double part) {
    if (total == 0) {
      throw new IllegalStateException("no delay was measured");
    }
    var rank = Math.max(1, (long) Math.ceil(part * total));
    var step = 0;
    for (var seen = counts[0]; seen < rank; seen += counts[step]) {
      step++;
    }
    return (double) step / STEPS_PER_MS;
  }
}
