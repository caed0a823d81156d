package dev.verticker.bus;

import io.vertx.core.Vertx;
import io.vertx.core.spi.context.storage.AccessMode;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The id of the current HTTP request. The Vert.x context and bus messages carry it, so that it correlates the logs of all
 * nodes.
 */
public final class RequestId {
  private RequestId() {}

  /** The id of the current context; empty outside a request. */
  public static Optional<String> current() {
    return Optional.ofNullable(Vertx.currentContext())
        .map(context -> context.getLocal(ContextLocals.REQUEST_ID, AccessMode.CONCURRENT));
  }

  /** Sets the id in the current context. */
  public static void set(String id) {
    Vertx.currentContext().putLocal(ContextLocals.REQUEST_ID, AccessMode.CONCURRENT, id);
  }

  static <T> T with(String id, Supplier<T> work) {
    if (id != null) {
      set(id);
    }
    return work.get();
  }
}
