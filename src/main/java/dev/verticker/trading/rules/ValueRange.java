package dev.verticker.trading.rules;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Bounds and step of a value, both inclusive; each is null if there is no such rule.
 *
 * @param step valid values are multiples of it
 */
record ValueRange(BigDecimal min, BigDecimal max, BigDecimal step) {
  static final ValueRange ANY = new ValueRange(null, null, null);

  boolean isBelow(BigDecimal value) {
    return min != null && value.compareTo(min) < 0;
  }

  boolean isAbove(BigDecimal value) {
    return max != null && value.compareTo(max) > 0;
  }

  boolean isOffStep(BigDecimal value) {
    return step != null && value.remainder(step).signum() != 0;
  }

  boolean contains(BigDecimal value) {
    return !isBelow(value) && !isAbove(value) && !isOffStep(value);
  }

  /** Returns the values that both ranges contain. It has the larger of both steps: exchanges use powers of ten. */
  ValueRange and(ValueRange other) {
    return new ValueRange(
        larger(min, other.min),
        other.max == null || max != null && max.compareTo(other.max) <= 0 ? max : other.max,
        larger(step, other.step));
  }

  /** Returns the nearest valid value, rounded to the step; null if there is none. */
  BigDecimal nearest(BigDecimal value, RoundingMode rounding) {
    var least = min == null ? null : round(min, RoundingMode.CEILING);
    var greatest = max == null ? null : round(max, RoundingMode.FLOOR);
    var rounded = round(value, rounding);
    if (least != null && rounded.compareTo(least) < 0) {
      rounded = least;
    }
    if (greatest != null && rounded.compareTo(greatest) > 0) {
      rounded = greatest;
    }
    return rounded.signum() > 0 && contains(rounded) ? rounded : null;
  }

  private BigDecimal round(BigDecimal value, RoundingMode rounding) {
    return step == null ? value : value.divide(step, 0, rounding).multiply(step);
  }

  private static BigDecimal larger(BigDecimal one, BigDecimal other) {
    return one == null || other != null && other.compareTo(one) > 0 ? other : one;
  }
}
