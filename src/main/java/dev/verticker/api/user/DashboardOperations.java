package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.quotes.QuoteList;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EntityTags;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Users.User;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The dashboard: the user, the latest prices and the number of unread notifications in one response. */
final class DashboardOperations {
  /** The same as the timeout of the bus request for the user. */
  private static final long PRICES_TIMEOUT_MS = 2500;

  private final Bus bus;
  private final QuoteService quotes;
  private final Clock clock;

  /** @param complete false if a requested price is missing */
  private record Part(QuoteList quotes, boolean complete) {}

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
    return Future.all(user, prices, unread)
        .map(all -> response(request, user.result(), prices.result(), unread.result()));
  }

  /** Returns the number of unread notifications; empty while they are unavailable. */
  private Future<Optional<Long>> unread(long userId) {
    return bus.request(
            Notifications.UNREAD, new Notifications.FindUnread(Notifications.ownTopic(userId)))
        .map(unread -> Optional.of(unread.count()))
        .otherwise(Optional.empty());
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

  private ApiResponse response(ApiRequest request, User user, Part part, Optional<Long> unread) {
    var now = clock.instant();
    var prices = part.quotes();
    var state = state(part, now);
    var tag = prices.tagWith(user.id() + " " + user.revision() + " " + state + " " + unread, now);
    var response = EntityTags.names(request.header("If-None-Match"), tag)
        ? ApiResponse.notModified()
        : ApiResponse.json(encode(user, part, unread, now));
    return response.with("ETag", tag).with("Age", prices.age(now));
  }

  private static Buffer encode(User user, Part part, Optional<Long> unread, Instant now) {
    var parts = new JsonObject()
        .put("user", "ok")
        .put("prices", state(part, now))
        .put("notifications", unread.isPresent() ? "ok" : "unavailable");
    return Buffer.buffer("{\"user\":")
        .appendBuffer(UserJson.of(user).toBuffer())
        .appendString(",\"prices\":")
        .appendBuffer(part.quotes().json(now))
        .appendString(",\"unread\":" + unread.map(String::valueOf).orElse("null"))
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
