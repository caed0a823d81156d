package dev.verticker.bus;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.spi.context.storage.AccessMode;
import java.time.Duration;
import java.util.Optional;

/**
 * The remaining requests of a quota after the current one. The Vert.x context of the request and the replies of the bus carry it to the
 * front door, which sends it to the client.
 *
 * @param remaining further requests that are admitted now
 * @param reset the time until one more is admitted
 */
public record QuotaUsage(Quota quota, int remaining, Duration reset) {
  /** Returns the usage that {@link #set} left in this context, or in a consumer whose reply the context received. */
  public static Optional<QuotaUsage> of(Context context) {
    return Optional.ofNullable(context)
        .map(given -> given.getLocal(ContextLocals.QUOTA_USAGE, AccessMode.CONCURRENT));
  }

  /** Sets the usage in this context; does nothing without one. */
  public void set(Context context) {
    if (context != null) {
      context.putLocal(ContextLocals.QUOTA_USAGE, AccessMode.CONCURRENT, this);
    }
  }

  /** Sets the usage that a reply carries in the current context. */
  static void receive(String header) {
    if (header != null) {
      Json.read(header, QuotaUsage.class).set(Vertx.currentContext());
    }
  }
}
