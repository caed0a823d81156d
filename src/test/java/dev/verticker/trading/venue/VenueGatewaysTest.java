package dev.verticker.trading.venue;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TradingVenue;
import dev.verticker.exchange.UserStream;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.trading.account.VenueAccount;
import io.vertx.core.Future;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VenueGatewaysTest {
  private final List<String> calls = new ArrayList<>();
  private final OrderGateway paper = (OrderGateway) Proxy.newProxyInstance(
      OrderGateway.class.getClassLoader(),
      new Class<?>[] {OrderGateway.class},
      (proxy, method, arguments) -> null);

  /** A real venue that records every call. */
  private final TradingVenue testnet = new TradingVenue() {
    @Override
    public OrderGateway gateway(ApiKey key) {
      calls.add("gateway");
      return null;
    }

    @Override
    public Future<KeyPermissions> check(ApiKey key) {
      calls.add("check");
      return Future.succeededFuture();
    }

    @Override
    public Future<Optional<String>> symbol(String symbol) {
      calls.add("symbol");
      return Future.succeededFuture(Optional.empty());
    }

    @Override
    public Future<Optional<Ticker>> ticker(String symbol) {
      calls.add("ticker");
      return Future.succeededFuture(Optional.empty());
    }

    @Override
    public UserStream userStream() {
      calls.add("userStream");
      return null;
    }
  };

  private final VenueGateways gateways =
      new VenueGateways(account -> paper, Map.of("testnet", testnet), Optional.empty());

  @Test
  void an_account_on_paper_never_reaches_a_real_venue() {
    for (var id = 1; id <= 100; id++) {
      assertSame(paper, await(gateways.gateway(account(id, "paper"))));
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void an_account_at_a_real_venue_without_a_key_never_gets_the_paper_venue() {
    var failure =
        assertInstanceOf(Failure.Conflict.class, failureOf(gateways.gateway(account(1, "testnet"))));

    assertEquals("venue-not-enabled", failure.code());
    assertInstanceOf(Failure.Conflict.class, failureOf(gateways.gateway(account(2, "binance"))));
    assertEquals(List.of(), calls);
  }

  private static VenueAccount account(long id, String venue) {
    return new VenueAccount(id, 7, venue, null, null, Limits.NONE, null, Instant.EPOCH);
  }
}
