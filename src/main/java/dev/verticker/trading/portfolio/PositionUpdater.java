package dev.verticker.trading.portfolio;

import dev.verticker.trading.portfolio.PositionRepository.Positions;
import dev.verticker.trading.portfolio.TradeCosts.TradeFacts;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds new trades to the average costs of an account. */
final class PositionUpdater {
  private static final Logger log = LoggerFactory.getLogger(PositionUpdater.class);

  /** Max number of pages in one update; the next update continues. */
  private static final int MAX_PAGES = 10;

  private final PositionRepository positions;
  private final MinuteRates rates;
  private final String valuedIn;

  PositionUpdater(PositionRepository positions, MinuteRates rates, String valuedIn) {
    this.positions = positions;
    this.rates = rates;
    this.valuedIn = valuedIn;
  }

  /** @param complete whether they contain all trades of the account */
  record Update(Map<String, CostBasis> bases, boolean complete) {}

  /** Fails only if the database is unavailable. */
  Future<Update> update(long accountId) {
    return update(accountId, MAX_PAGES);
  }

  private Future<Update> update(long accountId, int pages) {
    return positions
        .find(accountId)
        .compose(before -> positions.tradesAfter(accountId, before.cursor()).compose(trades -> {
          if (trades.isEmpty() || pages == 0) {
            return Future.succeededFuture(new Update(before.bases(), trades.isEmpty()));
          }
          return add(accountId, before, trades)
              .compose(added -> added
                  ? update(accountId, pages - 1)
                  : Future.succeededFuture(new Update(before.bases(), false)));
        }));
  }

  /** Returns false if the value of an asset at the time of a trade cannot be read now. */
  private Future<Boolean> add(long accountId, Positions before, List<TradeFacts> trades) {
    // The assets of a symbol that the venue does not list yet are not known.
    var known = trades.stream()
        .takeWhile(trade -> trade.base() != null && trade.quote() != null)
        .toList();
    if (known.isEmpty()) {
      return Future.succeededFuture(false);
    }
    return rates
        .read(minutes(known), valuedIn)
        .map(TradeCosts.Rates.class::cast)
        .otherwise(failure -> {
          log.info(
              "{} trades of account {} have no cost yet: {}",
              known.size(),
              accountId,
              failure.getMessage());
          return null;
        })
        .compose(read -> read == null
            ? Future.succeededFuture(false)
            : positions
                .store(
                    accountId,
                    before,
                    known.get(known.size() - 1).id(),
                    apply(before.bases(), known, read))
                .map(true));
  }

  private Map<String, CostBasis> apply(
      Map<String, CostBasis> before, List<TradeFacts> trades, TradeCosts.Rates read) {
    var costs = new TradeCosts(valuedIn, read);
    var bases = new HashMap<>(before);
    var changed = new HashMap<String, CostBasis>();
    for (var trade : trades) {
      var each = costs.apply(bases, trade);
      bases.putAll(each);
      changed.putAll(each);
    }
    return changed;
  }

  private Map<String, TreeSet<Instant>> minutes(List<TradeFacts> trades) {
    var minutes = new TreeMap<String, TreeSet<Instant>>();
    for (var trade : trades) {
      for (var asset : trade.valuedAssets(valuedIn)) {
        minutes.computeIfAbsent(asset, first -> new TreeSet<>()).add(trade.minute());
      }
    }
    return minutes;
  }
}
