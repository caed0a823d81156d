package dev.verticker.user;

import dev.verticker.data.Housekeeping;
import java.time.Duration;

/** Deletes rows of the schema {@code account} that have expired. */
public final class AccountRetention {
  private static final Duration OUTBOX = Duration.ofDays(7);

  /** A client that returns late gets {@code expired-refresh-token}. */
  private static final Duration EXPIRED_SESSIONS = Duration.ofDays(7);

  private static final Duration ADDRESSES = Duration.ofDays(180);

  private AccountRetention() {}

  public static void addCleanupTasks(Housekeeping housekeeping, Duration audit) {
    housekeeping
        .deleteOlderThan(audit, "audit", "account.audit", "id", "at")
        .deleteUndelivered(OUTBOX, "outbox", "account.outbox")
        .deleteOlderThan(EXPIRED_SESSIONS, "sessions", "account.sessions", "id", "expires_at")
        .deleteOlderThan(Duration.ZERO, "tickets", "account.tickets", "hash", "expires_at")
        .deleteOlderThan(
            ADDRESSES,
            "sign-in addresses",
            "account.sign_in_addresses",
            "user_id, address",
            "seen_at")
        .deleteOlderThan(Duration.ZERO, "revocations", "account.revocations", "id", "expires_at");
  }
}
