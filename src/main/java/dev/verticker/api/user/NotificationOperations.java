package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EventCursor;
import dev.verticker.api.web.EventJson;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadBefore;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.TopicPage;
import dev.verticker.message.Users;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Handles the operations on notifications, which read the same event log as sockets. */
final class NotificationOperations {
  private static final String OLDEST_FIRST = "oldest_first";

  private final Bus bus;

  NotificationOperations(Bus bus) {
    this.bus = bus;
  }

  void addTo(ContractRouter routes) {
    routes
        .operation("listNotifications", this::listNotifications)
        .operation("markNotificationsRead", this::markNotificationsRead)
        .operation("listEvents", this::listEvents);
  }

  Future<ApiResponse> listNotifications(ApiRequest request) {
    return page(request, ownTopic(request))
        .map(page -> response(
            request,
            page,
            json(request, page).put("read_up_to", page.readUpTo()).put("unread", page.unread())));
  }

  Future<ApiResponse> listEvents(ApiRequest request) {
    return page(request, request.query("topic").orElseThrow())
        .map(page -> response(request, page, json(request, page)));
  }

  Future<ApiResponse> markNotificationsRead(ApiRequest request) {
    var upTo = readMark(request.body());
    var mark = new MarkRead(ownTopic(request), upTo.epoch(), upTo.seq());
    return count(request)
        .compose(counted -> bus.request(Notifications.MARK, mark))
        .map(unread -> ApiResponse.json(new JsonObject()
            .put("epoch", unread.epoch())
            .put("read_up_to", unread.upTo())
            .put("unread", unread.count())
            .toBuffer()));
  }

  /** Without the verticle that counts, read marks are unlimited. */
  private Future<Void> count(ApiRequest request) {
    return bus.request(
            Users.COUNT_READ_MARK,
            new Users.ReadMark(CurrentUser.caller(request).userId()))
        .recover(failure -> failure instanceof Failure.TooManyRequests
            ? Future.failedFuture(failure)
            : Future.succeededFuture());
  }

  /** Accepts a cursor, and the earlier form: a sequence and its epoch. */
  private static EventCursor readMark(JsonObject body) {
    var epoch = body.getString("epoch");
    if (body.getValue("up_to") instanceof String cursor) {
      if (epoch != null) {
        throw invalid("/epoch", "conflict", "Must not be sent with a cursor.");
      }
      return EventCursor.parse(cursor)
          .orElseThrow(() -> invalid("/up_to", "format", "Must be a cursor."));
    }
    if (epoch == null) {
      throw invalid("/epoch", "required", "Required with a sequence.");
    }
    return new EventCursor(epoch, body.getLong("up_to"));
  }

  private Future<TopicPage> page(ApiRequest request, String topic) {
    var since = since(request);
    if (!isNewestFirst(request)) {
      var after = since.map(EventCursor::seq).orElse(null);
      var epoch = since.map(EventCursor::epoch).orElse(null);
      return bus.request(
          Notifications.READ_TOPIC, new ReadTopic(topic, epoch, after, request.pageLimit()));
    }
    if (since.isPresent()) {
      throw invalid(
          "query/since", "conflict", "Must not be sent with \"before\" or order=newest_first.");
    }
    if (request.query("order").filter(OLDEST_FIRST::equals).isPresent()) {
      throw invalid("query/order", "conflict", "With \"before\", the order is newest_first.");
    }
    var before = request.query("before").map(text -> cursor("query/before", text));
    return bus.request(
        Notifications.READ_BEFORE,
        new ReadBefore(
            topic,
            before.map(EventCursor::epoch).orElse(null),
            before.map(EventCursor::seq).orElse(null),
            request.pageLimit()));
  }

  /** Reads {@code since}, or its earlier form: {@code after} and {@code epoch}. */
  private static Optional<EventCursor> since(ApiRequest request) {
    var since = request.query("since").map(text -> cursor("query/since", text));
    var after = request.queryNumber("after");
    var epoch = request.query("epoch");
    if (after.isPresent() != epoch.isPresent()) {
      throw invalid(
          after.isPresent() ? "query/epoch" : "query/after",
          "required",
          "Must be sent together: \"after\" and \"epoch\".");
    }
    if (since.isPresent() && after.isPresent()) {
      throw invalid("query/after", "conflict", "Must not be sent with \"since\".");
    }
    return since.or(() -> after.map(seq -> new EventCursor(epoch.orElseThrow(), seq)));
  }

  private static boolean isNewestFirst(ApiRequest request) {
    return request.query("before").isPresent()
        || request.query("order").filter(order -> !order.equals(OLDEST_FIRST)).isPresent();
  }

  private static EventCursor cursor(String pointer, String text) {
    return EventCursor.parse(text)
        .orElseThrow(() -> invalid(pointer, "format", "Must be a cursor."));
  }

  private static Failure invalid(String pointer, String code, String detail) {
    return Failure.Invalid.of(pointer, code, detail);
  }

  /** Adds the link to the next page, which begins at the last event of this one, whether the caller may receive it or not. */
  private static ApiResponse response(ApiRequest request, TopicPage page, JsonObject json) {
    var response = ApiResponse.json(json.toBuffer());
    if (page.events().isEmpty()) {
      return response;
    }
    var last = page.events().get(page.events().size() - 1).seq();
    var newestFirst = isNewestFirst(request);
    return (newestFirst ? last > page.oldest() : last < page.newest())
        ? response.with(
            "Link",
            request.nextPage(
                newestFirst ? "before" : "since",
                URLEncoder.encode(Notifications.cursor(page.epoch(), last), StandardCharsets.UTF_8),
                "topic"))
        : response;
  }

  /** The caller may read the topic; the audience of each event decides once more. */
  private static JsonObject json(ApiRequest request, TopicPage page) {
    var caller = CurrentUser.caller(request);
    var events = new JsonArray();
    page.events().stream()
        .filter(event -> caller.canReceive(event.audience()))
        .forEach(event -> events.add(new JsonObject(EventJson.encode(event))));
    return new JsonObject()
        .put("topic", page.topic())
        .put("epoch", page.epoch())
        .put("oldest", page.oldest())
        .put("newest", page.newest())
        .put("cursor", Notifications.cursor(page.epoch(), page.newest()))
        .put("events", events);
  }

  private static String ownTopic(ApiRequest request) {
    return Notifications.ownTopic(CurrentUser.caller(request).userId());
  }
}
