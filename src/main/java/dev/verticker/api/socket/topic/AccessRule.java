package dev.verticker.api.socket.topic;

import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.auth.Permission;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;

/** Decides whether a user may subscribe to a topic. */
interface AccessRule {
  /** Every user that is signed in. */
  AccessRule SIGNED_IN = (topic, user) -> {};

  /** The user that the topic is about. */
  AccessRule OWNER = (topic, user) -> {
    if (!topic.equals(Notifications.ownTopic(user.userId()))) {
      throw new Failure.Forbidden(
          "not-allowed", "Only the user itself can subscribe to this topic.");
    }
  };

  static AccessRule permission(Permission permission) {
    return (topic, user) -> {
      if (!user.has(permission)) {
        throw new Failure.Forbidden(
            "not-allowed", "This needs the permission " + permission.wireName() + ".");
      }
    };
  }

  /** Throws {@link Failure.Forbidden}. */
  void check(String topic, AuthenticatedUser user);
}
