package dev.verticker.bus;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.AccessMode;
import io.vertx.core.spi.context.storage.ContextLocal;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The id of the current HTTP request. The Vert.x context and bus messages carry it, so that it correlates the logs of all
 * nodes.
 */
public final class RequestId implements VertxServiceProvider {
  private static final ContextLocal<String> CURRENT = ContextLocal.registerLocal(String.class);

  /** Vert.x calls this before it creates an instance, which is when a context local must be registered. */
  @Override
  public void init(VertxBootstrap builder) {
    // Loading this class registers the context local.
  }

  /** The id of the current context; empty outside a request. */
  public static Optional<String> current() {
    return Optional.ofNullable(Vertx.currentContext())
        .map(context -> context.getLocal(CURRENT, AccessMode.CONCURRENT));
  }

  /** Sets the id in the current context. */
  public static void set(String id) {
    Vertx.currentContext().putLocal(CURRENT, AccessMode.CONCURRENT, id);
  }

  static <T> T with(String id, Supplier<T> work) {
    if (id != null) {
      set(id);
    }
    return work.get();
  }
}
