package dev.verticker.api.user;

import dev.verticker.api.auth.Permission;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.web.EntityTags;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Users.AuditEntry;
import dev.verticker.message.Users.User;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Encodes users and audit entries. */
final class UserJson {
  private UserJson() {}

  static ApiResponse found(User user) {
    return ApiResponse.json(of(user).toBuffer()).with("ETag", tag(user));
  }

  static ApiResponse own(User user) {
    var permissions = new JsonArray();
    Permission.of(user.roles()).forEach(permission -> permissions.add(permission.wireName()));
    return ApiResponse.json(of(user).put("permissions", permissions).toBuffer())
        .with("ETag", tag(user));
  }

  static ApiResponse created(User user) {
    return ApiResponse.json(201, of(user).toBuffer())
        .with("ETag", tag(user))
        .with("Location", "/users/" + user.id());
  }

  static String tag(User user) {
    return EntityTags.revision(user.revision());
  }

  static JsonObject of(User user) {
    return new JsonObject()
        .put("id", user.id())
        .put("username", user.username())
        .put("full_name", user.fullName())
        .put("email", user.email())
        .put("roles", new JsonArray(user.roles()))
        .put("status", user.status().wireName())
        .put("created_at", Timestamps.write(user.createdAt()))
        .put("updated_at", Timestamps.write(user.updatedAt()))
        .put("revision", user.revision());
  }

  static JsonObject of(AuditEntry entry) {
    var actor = entry.actorId() == null
        ? null
        : new JsonObject().put("id", entry.actorId()).put("username", entry.actorUsername());
    return new JsonObject()
        .put("id", entry.id())
        .put("at", Timestamps.write(entry.at()))
        .put("action", entry.action())
        .put("user_id", entry.userId())
        .put("actor", actor)
        .put("session", entry.session())
        .put("address", entry.address())
        .put("request_id", entry.requestId())
        .put("details", entry.details() == null ? null : new JsonObject(entry.details()));
  }
}
