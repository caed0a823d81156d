package dev.verticker.api.socket;

import dev.verticker.api.auth.Permission;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications;
import java.util.Set;
import java.util.regex.Pattern;

/** The topics there are, and who may hear them. Names are exact: there are no patterns. */
final class TopicRegistry {
  static final int LONGEST = 100;

  private static final String PRICES = "prices";
  private static final Pattern SYMBOL = Pattern.compile("prices\\.([A-Z0-9]{2,40})");
  private static final Pattern USER = Pattern.compile("user\\.[1-9][0-9]{0,18}");

  private TopicRegistry() {}

  static boolean isOfPrices(String topic) {
    return topic.equals(PRICES) || SYMBOL.matcher(topic).matches();
  }

  /** Null when the topic is that of all configured symbols. */
  static String symbol(String topic) {
    var matcher = SYMBOL.matcher(topic);
    return matcher.matches() ? matcher.group(1) : null;
  }

  /** What somebody who names no topic hears: never the same event on two. */
  static String byDefault(long userId, Set<Permission> permissions) {
    return permissions.contains(Permission.USERS_READ)
        ? Notifications.USERS
        : Notifications.ownTopic(userId);
  }

  /** Throws {@link Failure.NotFound} or {@link Failure.Forbidden}. */
  static void check(String topic, long userId, Set<Permission> permissions) {
    if (isOfPrices(topic) || topic.equals(Notifications.ownTopic(userId))) {
      return;
    }
    if (topic.equals(Notifications.USERS)) {
      if (permissions.contains(Permission.USERS_READ)) {
        return;
      }
      throw new Failure.Forbidden("not-allowed", "This needs the permission users.read.");
    }
    if (USER.matcher(topic).matches()) {
      throw new Failure.Forbidden("not-allowed", "The topic of a user is for that user.");
    }
    throw new Failure.NotFound("topic-unknown", "There is no such topic.");
  }
}
