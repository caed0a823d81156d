package dev.verticker.exchange;

import dev.verticker.exchange.OrderGateway.Balances;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import io.vertx.core.Future;
import java.util.Map;

/**
 * Reports of a venue about orders and balances of accounts. It keeps its connection until it is closed: it reconnects
 * indefinitely, and replaces a connection before the venue ends it. All methods and all calls of the {@link Listener} run on
 * the Vert.x context that created it.
 */
public interface UserStream {
  /** Receives what the venue sends: at least once, and not always in order. After an interruption reports are missing. */
  interface Listener {
    void onReport(long accountId, ExecutionReport report);

    /** @param changed the assets whose balance changed, with their new balances */
    void onBalances(long accountId, Balances changed);

    /** The balance changed without an order: a deposit, a withdrawal or a transfer. */
    void onTransfer(long accountId);

    /** Reports of the account arrive from now on; earlier ones may be missing. */
    void onConnected(long accountId);

    /** Reports of the account may be missing until {@link #onConnected}. */
    void onDisconnected(long accountId, String reason);
  }

  /** Sets the listener; call it once, before {@link #expect}. */
  void open(Listener listener);

  /** Replaces the set of accounts, by their id. */
  void expect(Map<Long, ApiKey> accounts);

  /** Closes the connections; no listener is called afterwards. */
  Future<Void> close();
}
