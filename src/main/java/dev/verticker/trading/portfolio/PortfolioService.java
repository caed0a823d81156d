package dev.verticker.trading.portfolio;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.FindQuotes;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.trading.portfolio.PositionUpdater.Update;
import dev.verticker.trading.portfolio.Valuation.Holding;
import dev.verticker.trading.portfolio.Valuation.Price;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The balances of accounts and their values at the newest prices. */
public final class PortfolioService {
  /** Max number of assets in one portfolio. */
  private static final int MAX_ASSETS = 200;

  private static final String PAPER_BALANCES =
      """
      SELECT asset, available, locked, updated_at AS as_of
        FROM trading.wallets
       WHERE account_id = $1
       ORDER BY asset
       LIMIT %d
      """
          .formatted(MAX_ASSETS);

  private static final String VENUE_BALANCES =
      """
      SELECT asset, free AS available, locked, as_of
        FROM trading.balances
       WHERE account_id = $1
       ORDER BY asset
       LIMIT %d
      """
          .formatted(MAX_ASSETS);

  private final Database database;
  private final Bus bus;
  private final Clock clock;
  private final String valuedIn;
  private final PositionUpdater positions;

  /** @param valuedIn the asset of all values */
  public PortfolioService(Database database, Bus bus, Clock clock, String valuedIn) {
    this.database = database;
    this.bus = bus;
    this.clock = clock;
    this.valuedIn = valuedIn;
    this.positions =
        new PositionUpdater(new PositionRepository(database), new MinuteRates(bus), valuedIn);
  }

  /** @param asOf null without a balance */
  private record Snapshot(List<Holding> holdings, Instant asOf) {}

  /** Values an account; prices of another venue than its own are not used. Fails only if the database is unavailable. */
  public Future<Portfolio> find(long accountId, String venue) {
    return positions.update(accountId).compose(update -> balances(accountId, venue)
        .compose(snapshot -> {
          var holdings = relevant(snapshot.holdings(), update);
          return prices(holdings, venue)
              .map(prices -> new Valuation(valuedIn, update.bases(), prices, update.complete())
                  .of(
                      accountId,
                      venue,
                      snapshot.asOf() == null ? clock.instant() : snapshot.asOf(),
                      holdings));
        }));
  }

  private Future<Snapshot> balances(long accountId, String venue) {
    var sql = TradingAccounts.PAPER.equals(venue) ? PAPER_BALANCES : VENUE_BALANCES;
    return database.query(sql, Tuple.of(accountId)).map(rows -> {
      var holdings = Rows.all(rows, PortfolioService::holding);
      var times = Rows.all(rows, row -> Rows.instant(row, "as_of"));
      return new Snapshot(holdings, times.stream().max(Instant::compareTo).orElse(null));
    });
  }

  /** Returns the assets with a balance or with a profit. */
  private List<Holding> relevant(List<Holding> holdings, Update update) {
    return holdings.stream()
        .filter(holding -> {
          var basis = update.bases().get(holding.asset());
          return holding.total().signum() != 0
              || holding.asset().equals(valuedIn)
              || basis != null
                  && (basis.realizedProfit() == null || basis.realizedProfit().signum() != 0);
        })
        .toList();
  }

  private Future<Map<String, Price>> prices(List<Holding> holdings, String venue) {
    var assets = holdings.stream()
        .filter(holding -> holding.total().signum() != 0)
        .map(Holding::asset)
        .filter(asset -> !asset.equals(valuedIn))
        .toList();
    var found = new ArrayList<Future<Optional<Price>>>();
    assets.forEach(asset -> found.add(price(asset, venue)));
    return Future.all(found).map(done -> {
      var prices = new HashMap<String, Price>();
      for (var i = 0; i < assets.size(); i++) {
        var asset = assets.get(i);
        found.get(i).result().ifPresent(price -> prices.put(asset, price));
      }
      return prices;
    });
  }

  /** Never fails; empty if the price is unknown. */
  private Future<Optional<Price>> price(String asset, String venue) {
    return quote(asset + valuedIn)
        .map(quote -> price(quote, venue, quote.price()))
        .recover(failure -> failure instanceof Failure.NotFound
            ? quote(valuedIn + asset)
                .map(quote -> price(
                    quote,
                    venue,
                    BigDecimal.ONE.divide(quote.price(), CostBasis.SCALE, RoundingMode.HALF_EVEN)))
            : Future.failedFuture(failure))
        .otherwise(Optional.empty());
  }

  private Future<Quote> quote(String symbol) {
    return bus.request(Prices.FIND, new FindQuotes(List.of(symbol)))
        .map(found -> found.quotes().get(0));
  }

  private Optional<Price> price(Quote quote, String venue, BigDecimal price) {
    return TradingAccounts.PAPER.equals(venue) || Objects.equals(venue, quote.venue())
        ? Optional.of(new Price(price, quote.receivedAt(), quote.stale(clock.instant())))
        : Optional.empty();
  }

  private static Holding holding(Row row) {
    return new Holding(
        row.getString("asset"), row.getBigDecimal("available"), row.getBigDecimal("locked"));
  }
}
