package dev.verticker.bus;

import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;

/** The values that the Vert.x context of a request holds. */
public final class ContextLocals implements VertxServiceProvider {
  static final ContextLocal<String> REQUEST_ID = ContextLocal.registerLocal(String.class);
  static final ContextLocal<QuotaUsage> QUOTA_USAGE = ContextLocal.registerLocal(QuotaUsage.class);

  /** Vert.x calls this before it creates an instance, which is when a context local must be registered. */
  @Override
  public void init(VertxBootstrap builder) {
    // Loading this class registers the context locals.
  }
}
