package dev.verticker.api.market;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sends equal bus requests of the event loops of a node once while one is pending. Thread-safe. */
public final class SharedReads {
  private final Bus bus;
  private final Map<Key, Future<?>> pending = new ConcurrentHashMap<>();

  private record Key(String address, Object request) {}

  public SharedReads(Bus bus) {
    this.bus = bus;
  }

  /** Returns the reply on the context of the caller. */
  @SuppressWarnings("unchecked")
  public <Q, A> Future<A> request(Address<Q, A> address, Q request, Context loop) {
    var key = new Key(address.name(), request);
    var own = Promise.<A>promise();
    var shared = Promise.<A>promise();
    var earlier = (Future<A>) pending.putIfAbsent(key, shared.future());
    var reply = earlier == null ? shared.future() : earlier;
    reply.onComplete(result -> loop.runOnContext(here -> own.handle(result)));
    if (earlier == null) {
      bus.request(address, request).onComplete(result -> {
        pending.remove(key);
        shared.handle(result);
      });
    }
    return own.future();
  }
}
