package dev.verticker.api.market;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Trades.FindTrades;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sends equal bus requests of the event loops of a node once while one is pending. Thread-safe. */
public final class SharedReads {
  private final Bus bus;
  private final Map<Key, Future<?>> pending = new ConcurrentHashMap<>();

  private final boolean heldOnly;

  private record Key(String address, Object request) {}

  public SharedReads(Bus bus) {
    this(bus, false);
  }

  private SharedReads(Bus bus, boolean heldOnly) {
    this.bus = bus;
    this.heldOnly = heldOnly;
  }

  /** Returns reads that fail, or return less, instead of causing requests to the exchange. */
  SharedReads heldOnly() {
    return new SharedReads(bus, true);
  }

  /** Returns the reply on the context of the caller. */
  @SuppressWarnings("unchecked")
  public <Q, A> Future<A> request(Address<Q, A> address, Q read, Context loop) {
    var request = heldOnly ? (Q) held(read) : read;
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

  private static Object held(Object read) {
    if (read instanceof FindCandles find) {
      return new FindCandles(
          find.symbols(), find.interval(), find.from(), find.to(), find.limit(), true);
    }
    if (read instanceof FindTrades find) {
      return new FindTrades(
          find.symbol(), find.fromId(), find.from(), find.to(), find.limit(), true);
    }
    if (read instanceof FindBook find) {
      return new FindBook(find.symbol(), true);
    }
    throw new IllegalArgumentException("no read of market data: " + read);
  }
}
