package dev.verticker.user.quota;

import dev.verticker.data.RedisClient;
import dev.verticker.settings.SigningKey;
import dev.verticker.settings.UserSettings.Quotas;
import java.time.Clock;
import java.util.HexFormat;

/** The quotas of each user. */
public record UserQuotas(
    ChangeQuota changes, UserQuota socketTickets, UserQuota tokenRefreshes, UserQuota readMarks) {
  private static final int ID_BYTES = 8;

  /** @param key separates systems that share one Redis */
  public static UserQuotas open(RedisClient redis, SigningKey key, Clock clock, Quotas max) {
    var system = HexFormat.of().formatHex(key.derived("quotas"), 0, ID_BYTES);
    var prefix = "quota:" + system + ':';
    return new UserQuotas(
        new ChangeQuota(
            new UserQuota(redis, prefix, clock, "own-changes", "changes", max.ownChanges()),
            new UserQuota(redis, prefix, clock, "other-changes", "changes", max.otherChanges())),
        new UserQuota(redis, prefix, clock, "socket-tickets", "tickets", max.socketTickets()),
        new UserQuota(redis, prefix, clock, "token-refreshes", "refreshes", max.tokenRefreshes()),
        new UserQuota(redis, prefix, clock, "read-marks", "read marks", max.readMarks()));
  }
}
