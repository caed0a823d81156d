package dev.verticker.trading;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.Set;

/** Counts what happens to orders on this node. Each label has a bounded set of values. */
public final class TradingMetrics {
  private static final int SERVER_ERROR = 500;

  /** Codes with which Binance refuses orders, and 0 for orders that were not sent. */
  private static final Set<Integer> VENUE_CODES = Set.of(
      0, -1003, -1008, -1013, -1015, -1021, -1022, -1100, -1102, -1106, -1111, -1121, -2010, -2014,
      -2015);

  private final MeterRegistry registry;

  public TradingMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Counts an order that has this status from now on. */
  public void changed(Status status) {
    registry.counter("trading_orders_total", "status", OrderJson.status(status)).increment();
  }

  /** Counts a refusal of a venue. */
  public void refused(int code) {
    refused(VENUE_CODES.contains(code) ? Integer.toString(code) : "other");
  }

  /** Counts the future if it fails because the node refuses the order; outages are no refusals. */
  public <T> Future<T> counted(Future<T> placed) {
    return placed.onFailure(cause -> {
      if (cause instanceof Failure failure && failure.status() < SERVER_ERROR) {
        refused(failure.code());
      }
    });
  }

  private void refused(String code) {
    registry.counter("trading_refusals_total", "code", code).increment();
  }
}
