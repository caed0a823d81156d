package dev.verticker.context;

import dev.verticker.bus.Bus;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;

/**
 * The objects that a node passes to each verticle, as the only constructor parameter.
 *
 * @param clock the cluster's clock; within the node it advances with monotonic time and never jumps back
 */
public record NodeContext(
    Bus bus, Clock clock, Health health, ClusterConnectivity connectivity, MeterRegistry metrics) {}
