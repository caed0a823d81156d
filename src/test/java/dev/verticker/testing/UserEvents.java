package dev.verticker.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Payloads of events as the user domain writes them. */
public final class UserEvents {
  private UserEvents() {}

  /** A change of the full name of user 7, by the system. */
  public static JsonObject updated(String fullName) {
    return new JsonObject()
        .put("event", "user_updated")
        .put("user_id", 7)
        .putNull("by")
        .put("changes", new JsonObject().put("full_name", fullName))
        .put("data", user(fullName, 2))
        .put("before", user(null, 1));
  }

  private static JsonObject user(String fullName, int revision) {
    return new JsonObject()
        .put("id", 7)
        .put("username", "ada")
        .put("full_name", fullName)
        .putNull("email")
        .put("roles", new JsonArray().add("user"))
        .put("status", "active")
        .put("created_at", "2030-01-01T00:00:00.000000+00:00")
        .put("updated_at", "2030-01-01T00:00:00.000000+00:00")
        .put("revision", revision);
  }
}
