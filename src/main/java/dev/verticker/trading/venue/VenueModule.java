package dev.verticker.trading.venue;

import dev.verticker.bus.Failure;
import dev.verticker.context.NodeContext;
import dev.verticker.data.ColumnCipher;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.ApiKey;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeException.RejectedException;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.TradingVenue.KeyPermissions;
import dev.verticker.exchange.binance.order.BinanceVenue;
import dev.verticker.exchange.binance.order.BinanceVenue.Hosts;
import dev.verticker.exchange.binance.order.UserStreamOptions;
import dev.verticker.message.trading.TradingAccounts.KeyTest;
import dev.verticker.settings.VenueSettings;
import dev.verticker.settings.VenueSettings.RealVenue;
import dev.verticker.trading.account.AccountKeys;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.rules.VenueMarket;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the enabled venues and the keys of their accounts. */
public final class VenueModule {
  private static final Logger log = LoggerFactory.getLogger(VenueModule.class);
  private static final String SCHEMA = "trading";

  private final Map<String, BinanceVenue> venues = new LinkedHashMap<>();
  private final Optional<AccountKeys> keys;
  private final VenueGateways gateways;
  private final Clock clock;

  /**
   * @param redis null if no venue is enabled
   * @param paper the gateway of an account on paper
   */
  public VenueModule(
      Vertx vertx,
      NodeContext node,
      VenueSettings settings,
      Database database,
      RedisClient redis,
      Function<VenueAccount, OrderGateway> paper) {
    this.clock = node.clock();
    for (var venue : settings.venues()) {
      var limits = new RateLimits(
          venue.rest().getAuthority(),
          settings.egress(),
          redis,
          new BanRepository(database, SCHEMA),
          node.bus(),
          node.clock());
      venues.put(
          venue.name(),
          new BinanceVenue(
              vertx,
              hosts(venue),
              UserStreamOptions.DEFAULT,
              limits,
              node.clock(),
              node.metrics()));
    }
    this.keys = settings.keys().isEmpty()
        ? Optional.empty()
        : Optional.of(new AccountKeys(
            database, new ColumnCipher(settings.keys(), AccountKeys.PURPOSE, AccountKeys.TABLE)));
    this.gateways = new VenueGateways(paper, venues, keys);
  }

  /**
   * Encrypts stored keys with the current key after a rotation. Fails if a key cannot be decrypted; venues that do not respond
   * do not fail it.
   */
  public Future<Void> start() {
    return keys.map(VenueModule::encryptWithCurrentKey)
        .orElse(Future.succeededFuture())
        .compose(ready -> Future.join(
                venues.values().stream().map(BinanceVenue::start).toList())
            .mapEmpty());
  }

  private static Future<Void> encryptWithCurrentKey(AccountKeys keys) {
    return keys.requireKnownKeys()
        .compose(known -> keys.reencrypt())
        .onSuccess(accounts -> {
          if (accounts > 0) {
            log.info("encrypted the keys of {} accounts with the current SECRETS_KEY", accounts);
          }
        })
        .mapEmpty();
  }

  public Future<Void> stop() {
    return Future.join(venues.values().stream().map(BinanceVenue::stop).toList())
        .mapEmpty();
  }

  public VenueGateways gateways() {
    return gateways;
  }

  /** The symbols and prices of the enabled venues by name. */
  public Map<String, VenueMarket> markets() {
    return venues.entrySet().stream()
        .collect(Collectors.toMap(
            Map.Entry::getKey, entry -> new ExchangeMarket(entry.getValue(), clock)));
  }

  /** Empty without {@code SECRETS_KEY}. */
  public Optional<AccountKeys> keys() {
    return keys;
  }

  /**
   * Asks the venue whether a key may be used here. Fails with {@code key-refused}, {@code key-may-not-trade} or
   * {@code key-may-withdraw} (422), or with {@code venue-unavailable} (503).
   */
  public Future<Void> check(String venue, ApiKey key) {
    return Future.succeededFuture()
        .compose(asked -> venues.get(venue).check(key))
        .recover(failure -> Future.failedFuture(refusal(failure)))
        .compose(VenueModule::check);
  }

  /**
   * Tests the stored key of an account at its venue. Fails with {@code account-without-keys} or {@code venue-not-enabled}
   * (409), or with {@code venue-unavailable} (503).
   */
  public Future<KeyTest> test(VenueAccount account) {
    if (account.isPaper()) {
      return Future.failedFuture(new Failure.Conflict(
          "account-without-keys", "A paper account has no API key: there is nothing to test."));
    }
    return gateways.key(account).compose(key -> Future.succeededFuture()
        .compose(asked -> venues.get(account.venue()).check(key))
        .map(permissions ->
            new KeyTest(true, null, permissions.trade(), permissions.withdraw(), clock.instant()))
        .recover(failure -> {
          var refusal = refusal(failure);
          return refusal instanceof Failure.Invalid refused
              ? Future.succeededFuture(
                  new KeyTest(false, refused.detail(), null, null, clock.instant()))
              : Future.failedFuture(refusal);
        }));
  }

  private static Future<Void> check(KeyPermissions permissions) {
    if (Boolean.TRUE.equals(permissions.withdraw())) {
      return Future.failedFuture(new Failure.Invalid(
          "key-may-withdraw",
          "The API key may withdraw funds: create one at the venue that may trade only.",
          List.of()));
    }
    return permissions.trade()
        ? Future.succeededFuture()
        : Future.failedFuture(new Failure.Invalid(
            "key-may-not-trade",
            "The API key may not trade: permit spot trading for it at the venue.",
            List.of()));
  }

  private static Throwable refusal(Throwable failure) {
    return failure instanceof RejectedException || failure instanceof IllegalArgumentException
        ? new Failure.Invalid(
            "key-refused",
            "The venue does not accept the API key: check key, secret and permitted addresses.",
            List.of())
        : new Failure.Unavailable(
            "venue-unavailable", "The venue does not respond: try again in a moment.");
  }

  private static Hosts hosts(RealVenue venue) {
    return new Hosts(venue.rest(), venue.socket(), venue.reportsWithdrawals());
  }
}
