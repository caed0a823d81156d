package dev.verticker.user.change;

import dev.verticker.message.Actor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Users.User;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;

/**
 * An event about a user. Its payload has the keys that clients of the earlier system read ({@code event}, {@code user_id},
 * {@code username}, {@code changes}, {@code data}, {@code before}) and {@code by}.
 *
 * @param topics {@code users}, which requires a permission, and {@code user.<id>}, which only that user may read
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

  /** A soft delete, which can be undone. */
  public static UserEvent deleted(User user, Actor actor) {
    return of("user_deleted", user.id(), actor).with("mode", "soft").with("data", data(user));
  }

  /** A hard delete: the payload contains only the id. */
  public static UserEvent erased(long userId, Actor actor) {
    return of("user_deleted", userId, actor)
        .with("mode", "hard")
        .with("data", new JsonObject().put("id", userId));
  }

  /** Returns whether {@link #erased} created the payload. */
  static boolean isErasure(JsonObject payload) {
    return "user_deleted".equals(payload.getString("event"))
        && "hard".equals(payload.getString("mode"));
  }

  /** Published on the user's own topic only. */
  public static UserEvent passwordChanged(long userId, Actor actor) {
    var event = of("password_changed", userId, actor);
    return new UserEvent(
        event.event, userId, List.of(Notifications.ownTopic(userId)), event.payload);
  }

  /** Returns every changed field with its new value. */
  public static JsonObject changes(User before, User after) {
    var from = fields(before);
    var changes = new JsonObject();
    fields(after).forEach(field -> {
      if (!Objects.equals(field.getValue(), from.getValue(field.getKey()))) {
        changes.put(field.getKey(), field.getValue());
      }
    });
    return changes;
  }

  /** Returns the whole user, as the User API does. */
  private static JsonObject data(User user) {
    return fields(user)
        .put("created_at", Timestamps.write(user.createdAt()))
        .put("updated_at", Timestamps.write(user.updatedAt()))
        .put("revision", user.revision());
  }

  /** Returns the fields that a change can concern. */
  public static JsonObject fields(User user) {
    return new JsonObject()
        .put("id", user.id())
        .put("username", user.username())
        .put("full_name", user.fullName())
        .put("email", user.email())
        .put("roles", new JsonArray(user.roles()))
        .put("status", user.status().wireName());
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
