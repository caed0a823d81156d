package dev.verticker.api.user;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.ContractRouter;
import dev.verticker.api.request.ApiRequest;
import dev.verticker.api.web.EventJson;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.MarkRead;
import dev.verticker.message.Notifications.ReadTopic;
import dev.verticker.message.Notifications.TopicPage;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Handles the operations on notifications, which read the same event log as sockets. */
final class NotificationOperations {
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
        .map(page -> ApiResponse.json(json(request, page)
            .put("read_up_to", page.readUpTo())
            .put("unread", page.unread())
            .toBuffer()));
  }

  Future<ApiResponse> listEvents(ApiRequest request) {
    return page(request, request.query("topic").orElseThrow())
        .map(page -> ApiResponse.json(json(request, page).toBuffer()));
  }

  Future<ApiResponse> markNotificationsRead(ApiRequest request) {
    var body = request.body();
    var mark = new MarkRead(ownTopic(request), body.getString("epoch"), body.getLong("up_to"));
    return bus.request(Notifications.MARK, mark)
        .map(unread -> ApiResponse.json(new JsonObject()
            .put("epoch", unread.epoch())
            .put("read_up_to", unread.upTo())
            .put("unread", unread.count())
            .toBuffer()));
  }

  private Future<TopicPage> page(ApiRequest request, String topic) {
    var after = request.queryNumber("after");
    var epoch = request.query("epoch");
    if (after.isPresent() != epoch.isPresent()) {
      throw Failure.Invalid.of(
          after.isPresent() ? "query/epoch" : "query/after",
          "required",
          "Must be sent together: \"after\" and \"epoch\".");
    }
    return bus.request(
        Notifications.READ_TOPIC,
        new ReadTopic(topic, epoch.orElse(null), after.orElse(null), request.pageLimit()));
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
        .put("events", events);
  }

  private static String ownTopic(ApiRequest request) {
    return Notifications.ownTopic(CurrentUser.caller(request).userId());
  }
}
