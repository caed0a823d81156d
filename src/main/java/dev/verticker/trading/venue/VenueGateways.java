package dev.verticker.trading.venue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.TradingVenue;
import dev.verticker.trading.account.AccountKeys;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.Venues;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The gateway of each account, chosen by the venue of its row alone. Runs on one event loop. */
public final class VenueGateways implements Venues {
  private static final int MAX_GATEWAYS = 1000;

  private final Function<VenueAccount, OrderGateway> paper;
  private final Map<String, ? extends TradingVenue> venues;
  private final Optional<AccountKeys> keys;

  /** The least recently used first. A gateway knows how many orders its account may still place. */
  private final Map<Long, OrderGateway> gateways = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, OrderGateway> eldest) {
      return size() > MAX_GATEWAYS;
    }
  };

  /**
   * @param venues enabled real venues by name
   * @param keys empty without {@code SECRETS_KEY}; then no real venue is enabled
   */
  public VenueGateways(
      Function<VenueAccount, OrderGateway> paper,
      Map<String, ? extends TradingVenue> venues,
      Optional<AccountKeys> keys) {
    this.paper = paper;
    this.venues = Map.copyOf(venues);
    this.keys = keys;
  }

  @Override
  public Future<OrderGateway> gateway(VenueAccount account) {
    if (account.isPaper()) {
      return Future.succeededFuture(paper.apply(account));
    }
    var known = gateways.get(account.id());
    return known != null
        ? Future.succeededFuture(known)
        : key(account)
            .map(key -> gateways.computeIfAbsent(
                account.id(), id -> venues.get(account.venue()).gateway(key)));
  }

  /** Returns the key of an account; fails like {@link #gateway}. */
  public Future<ApiKey> key(VenueAccount account) {
    return venues.containsKey(account.venue()) && keys.isPresent()
        ? keys.get().find(account.id())
        : Future.failedFuture(new Failure.Conflict(
            "venue-not-enabled",
            "The venue of this account is not enabled on this installation: see TRADING_VENUES."));
  }

  /** Removes the gateway of a deleted account, and its key, from memory. */
  public void forget(long accountId) {
    gateways.remove(accountId);
  }

  public Map<String, TradingVenue> venues() {
    return Map.copyOf(venues);
  }
}
