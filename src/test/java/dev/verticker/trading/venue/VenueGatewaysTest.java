package dev.verticker.trading.venue;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.TradingVenue;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.trading.account.VenueAccount;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VenueGatewaysTest {
  private final List<String> calls = new ArrayList<>();
  private final OrderGateway paper = recorder(OrderGateway.class, "paper ");
  private final TradingVenue testnet = recorder(TradingVenue.class, "testnet ");

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
    var failure = assertInstanceOf(
        Failure.Conflict.class, failureOf(gateways.gateway(account(1, "testnet"))));

    assertEquals("venue-not-enabled", failure.code());
    assertInstanceOf(Failure.Conflict.class, failureOf(gateways.gateway(account(2, "binance"))));
    assertEquals(List.of(), calls);
  }

  private static VenueAccount account(long id, String venue) {
    return new VenueAccount(id, 7, venue, null, null, Limits.NONE, null, Instant.EPOCH);
  }

  /** Returns an object that records each call. */
  private <T> T recorder(Class<T> type, String name) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          calls.add(name + method.getName());
          return null;
        }));
  }
}
