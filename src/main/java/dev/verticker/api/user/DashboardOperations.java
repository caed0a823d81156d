package dev.verticker.api.user;

import dev.verticker.api.http.Answer;
import dev.verticker.api.http.ApiRequest;
import dev.verticker.api.http.EntityTags;
import dev.verticker.api.http.Timestamps;
import dev.verticker.api.price.HeldQuote;
import dev.verticker.api.price.QuoteJson;
import dev.verticker.api.price.QuoteReads;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Users.User;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a front end shows first: the user, the latest prices and how much is unread, in one answer. */
final class DashboardOperations {
  /** The user's part is waited for no longer than that either. */
  private static final long PATIENCE_MS = 2500;

  private final Bus bus;
  private final QuoteReads quotes;
  private final Clock clock;

  /** @param complete none that was asked for is missing */
  private record Part(List<HeldQuote> quotes, boolean complete) {}

  DashboardOperations(Bus bus, QuoteReads quotes, Clock clock) {
    this.bus = bus;
    this.quotes = quotes;
    this.clock = clock;
  }

  Future<Answer> getDashboard(ApiRequest request) {
    return dashboard(request, Callers.caller(request).userId());
  }

  Future<Answer> getUserDashboard(ApiRequest request) {
    return dashboard(request, Callers.id(request));
  }

  private Future<Answer> dashboard(ApiRequest request, long userId) {
    var user = Callers.find(bus, request, userId);
    var prices = prices(request);
    var unread = unread(userId);
    return Future.all(user, prices, unread)
        .map(all -> answer(request, user.result(), prices.result(), unread.result()));
  }

  /** Empty while notifications are away: that costs the other parts nothing. */
  private Future<Optional<Long>> unread(long userId) {
    return bus.request(
            Notifications.UNREAD, new Notifications.FindUnread(Notifications.ownTopic(userId)))
        .map(unread -> Optional.of(unread.count()))
        .otherwise(Optional.empty());
  }

  /** Being away is no failure; a symbol that does not exist is the caller's. */
  private Future<Part> prices(ApiRequest request) {
    var named = request.queryList("symbols");
    var found =
        named.isPresent() ? quotes.named(named.get(), "query/symbols") : quotes.configured();
    return found
        .timeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
        .map(all -> new Part(all, true))
        .recover(failure -> failure instanceof Failure.NotFound
            ? Future.failedFuture(failure)
            : Future.succeededFuture(new Part(quotes.held(named.orElse(List.of())), false)));
  }

  private Answer answer(ApiRequest request, User user, Part part, Optional<Long> unread) {
    var now = clock.instant();
    var prices = new QuoteJson(part.quotes(), now);
    var state = state(part, prices);
    var tag = prices.tag(user.id() + " " + user.revision() + " " + state + " " + unread);
    if (EntityTags.names(request.header("If-None-Match"), tag)) {
      return Answer.notModified().with("ETag", tag).with("Age", prices.age());
    }
    var dashboard = new JsonObject()
        .put("user", UserJson.of(user))
        .put("prices", prices.array())
        .put("unread", unread.orElse(null))
        .put("as_of", Timestamps.write(now))
        .put(
            "parts",
            new JsonObject()
                .put("user", "ok")
                .put("prices", state)
                .put("notifications", unread.isPresent() ? "ok" : "unavailable"));
    return Answer.json(dashboard.toBuffer()).with("ETag", tag).with("Age", prices.age());
  }

  private static String state(Part part, QuoteJson prices) {
    if (!part.complete()) {
      return "unavailable";
    }
    return prices.anyStale() ? "stale" : "ok";
  }
}
