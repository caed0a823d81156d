package dev.verticker.api.user;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.trading.PortfolioJson;
import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Users.User;
import dev.verticker.message.trading.Portfolios;
import dev.verticker.message.trading.Portfolios.FindPortfolio;
import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.Portfolios.Position;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The dashboard: the user, the latest prices, the portfolio and the number of unread notifications in one response. */
final class DashboardOperations {
  /** The same as the timeout of the bus request for the user. */
  private static final long PRICES_TIMEOUT_MS = 2500;

  private final Bus bus;
  private final QuoteService quotes;
  private final Clock clock;

  /** @param complete false if a requested price is missing */
  private record Part(QuoteList quotes, boolean complete) {}

  /** @param state {@code private} for another user than the caller */
  private record PortfolioPart(Portfolio portfolio, String state) {
    static final PortfolioPart UNAVAILABLE = new PortfolioPart(null, "unavailable");
    static final PortfolioPart PRIVATE = new PortfolioPart(null, "private");

    static PortfolioPart of(Portfolio portfolio) {
      return new PortfolioPart(portfolio, portfolio.stale() ? "stale" : "ok");
    }

    /** Differs for portfolios that differ in more than the times of prices. */
    String content() {
      return portfolio == null
          ? state
          : state
              + portfolio.accountId()
              + portfolio.total()
              + portfolio.realizedProfit()
              + portfolio.positions().stream().map(PortfolioPart::content).toList();
    }

    private static List<?> content(Position position) {
      return Arrays.asList(
          position.asset(),
          position.available(),
          position.locked(),
          position.cost(),
          position.realizedProfit(),
          position.price(),
          position.priceStale());
    }
  }

  DashboardOperations(Bus bus, QuoteService quotes, Clock clock) {
    this.bus = bus;
    this.quotes = quotes;
    this.clock = clock;
  }

  void addTo(ContractRouter routes) {
    routes
        .operation("getDashboard", this::getDashboard)
        .operation("getUserDashboard", this::getUserDashboard);
  }

  Future<ApiResponse> getDashboard(ApiRequest request) {
    return dashboard(request, CurrentUser.caller(request).userId());
  }

  Future<ApiResponse> getUserDashboard(ApiRequest request) {
    return dashboard(request, CurrentUser.id(request));
  }

  private Future<ApiResponse> dashboard(ApiRequest request, long userId) {
    var user = CurrentUser.find(bus, request, userId);
    var prices = prices(request);
    var unread = unread(userId);
    var portfolio = portfolio(request, userId);
    return Future.all(user, prices, unread, portfolio)
        .map(all ->
            response(request, user.result(), prices.result(), unread.result(), portfolio.result()));
  }

  /** Returns the number of unread notifications; empty while they are unavailable. */
  private Future<Optional<Long>> unread(long userId) {
    return bus.request(
            Notifications.UNREAD, new Notifications.FindUnread(Notifications.ownTopic(userId)))
        .map(unread -> Optional.of(unread.count()))
        .otherwise(Optional.empty());
  }

  /** Returns the portfolio of the paper account to its owner only. */
  private Future<PortfolioPart> portfolio(ApiRequest request, long userId) {
    var caller = CurrentUser.caller(request);
    return userId != caller.userId() || !caller.has(Permission.TRADING)
        ? Future.succeededFuture(PortfolioPart.PRIVATE)
        : bus.request(Portfolios.FIND, new FindPortfolio(userId, null))
            .map(PortfolioPart::of)
            .otherwise(PortfolioPart.UNAVAILABLE);
  }

  /** Falls back to the quotes in memory while prices are unavailable; only an unknown symbol fails. */
  private Future<Part> prices(ApiRequest request) {
    var symbols = request.queryList("symbols");
    var found =
        symbols.isPresent() ? quotes.find(symbols.get(), "query/symbols") : quotes.findConfigured();
    return found
        .timeout(PRICES_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .map(all -> new Part(all, true))
        .recover(failure -> failure instanceof Failure.NotFound
            ? Future.failedFuture(failure)
            : Future.succeededFuture(new Part(quotes.read(symbols.orElse(List.of())), false)));
  }

  private ApiResponse response(
      ApiRequest request, User user, Part part, Optional<Long> unread, PortfolioPart portfolio) {
    var now = clock.instant();
    var prices = part.quotes();
    var state = state(part, now);
    var content =
        user.id() + " " + user.revision() + " " + state + " " + unread + " " + portfolio.content();
    var tag = prices.tagWith(content, now);
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(encode(user, part, unread, portfolio, now));
    return response.with("ETag", tag).with("Age", prices.age(now));
  }

  private static Buffer encode(
      User user, Part part, Optional<Long> unread, PortfolioPart portfolio, Instant now) {
    var parts = new JsonObject()
        .put("user", "ok")
        .put("prices", state(part, now))
        .put("notifications", unread.isPresent() ? "ok" : "unavailable")
        .put("portfolio", portfolio.state());
    return Buffer.buffer("{\"user\":")
        .appendBuffer(UserJson.of(user).toBuffer())
        .appendString(",\"prices\":")
        .appendBuffer(part.quotes().json(now))
        .appendString(",\"unread\":" + unread.map(String::valueOf).orElse("null"))
        .appendString(",\"portfolio\":")
        .appendString(
            portfolio.portfolio() == null
                ? "null"
                : PortfolioJson.of(portfolio.portfolio(), now).encode())
        .appendString(",\"as_of\":\"" + Timestamps.write(now) + "\",\"parts\":")
        .appendBuffer(parts.toBuffer())
        .appendString("}");
  }

  private static String state(Part part, Instant now) {
    if (!part.complete()) {
      return "unavailable";
    }
    return part.quotes().anyStale(now) ? "stale" : "ok";
  }
}
