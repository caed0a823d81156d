package dev.verticker.user.change;

import dev.verticker.message.Actor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Users.User;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;

/**
 * Something to tell about a user, with the keys the clients of the earlier system know ({@code event}, {@code user_id},
 * {@code username}, {@code changes}, {@code data}, {@code before}) and {@code by}.
 *
 * @param topics who may hear it: {@code users} (with the permission), {@code user.<id>} (that user)
 */
public record UserEvent(String event, long userId, List<String> topics, JsonObject payload) {
  public static UserEvent created(User user, Actor actor) {
    return of("user_created", user.id(), actor)
        .with("username", user.username())
        .with("data", data(user));
  }

  public static UserEvent updated(User before, User after, Actor actor) {
    return of("user_updated", after.id(), actor)
        .with("changes", changes(before, after))
        .with("data", data(after))
        .with("before", data(before));
  }

  /** The user can still be restored. */
  public static UserEvent deleted(User user, Actor actor) {
    return of("user_deleted", user.id(), actor).with("mode", "soft").with("data", data(user));
  }

  /** The user is gone: the id is all that may still be said. */
  public static UserEvent erased(long userId, Actor actor) {
    var by = actor.is(userId) ? new Actor(userId, null, null, null) : actor;
    return of("user_deleted", userId, by)
        .with("mode", "hard")
        .with("data", new JsonObject().put("id", userId));
  }

  /** Whether it says that the user is gone. */
  static boolean erases(JsonObject payload) {
    return "user_deleted".equals(payload.getString("event"))
        && "hard".equals(payload.getString("mode"));
  }

  /** Nobody else is told. */
  public static UserEvent passwordChanged(long userId, Actor actor) {
    var event = of("password_changed", userId, actor);
    return new UserEvent(
        event.event, userId, List.of(Notifications.ownTopic(userId)), event.payload);
  }

  /** Every field that differs, with its new value. */
  public static JsonObject changes(User before, User after) {
    var from = data(before);
    var changes = new JsonObject();
    data(after).forEach(field -> {
      if (!Objects.equals(field.getValue(), from.getValue(field.getKey()))) {
        changes.put(field.getKey(), field.getValue());
      }
    });
    return changes;
  }

  private static JsonObject data(User user) {
    return new JsonObject()
        .put("id", user.id())
        .put("username", user.username())
        .put("full_name", user.fullName())
        .put("email", user.email())
        .put("roles", new JsonArray(user.roles()))
        .put("status", user.status().word());
  }

  private static UserEvent of(String event, long userId, Actor actor) {
    var payload = new JsonObject().put("event", event).put("user_id", userId).put("by", by(actor));
    return new UserEvent(
        event, userId, List.of(Notifications.USERS, Notifications.ownTopic(userId)), payload);
  }

  private UserEvent with(String key, Object value) {
    payload.put(key, value);
    return this;
  }

  private static JsonObject by(Actor actor) {
    return actor.id() == null
        ? null
        : new JsonObject().put("id", actor.id()).put("username", actor.username());
  }
}
