package dev.verticker.user;

import dev.verticker.data.Housekeeping;
import dev.verticker.user.change.UserErasure;
import java.time.Duration;

/** Deletes rows of the schema {@code account} that have expired, and the personal data of erased users. */
public final class AccountRetention {
  private static final Duration OUTBOX = Duration.ofDays(7);

  /** A client that returns late gets {@code expired-refresh-token}. */
  private static final Duration EXPIRED_SESSIONS = Duration.ofDays(7);

  private static final Duration ADDRESSES = Duration.ofDays(180);

  /** Longer than any transaction lasts. */
  private static final Duration ERASURE_DELAY = Duration.ofMinutes(1);

  /** The entries of the user are deleted first; a late one keeps the row. */
  private static final String DELETE_ERASURES =
      """
      DELETE FROM account.erasures
       WHERE user_id IN (
               SELECT user_id
                 FROM account.erasures AS erased
                WHERE erased_at < $1
                  AND NOT EXISTS (SELECT FROM account.audit WHERE audit.user_id = erased.user_id)
                  AND NOT EXISTS (SELECT FROM account.audit WHERE audit.actor_id = erased.user_id)
                ORDER BY erased_at
                LIMIT $2
                  FOR UPDATE SKIP LOCKED
             )
      """;

  private AccountRetention() {}

  public static void addCleanupTasks(
      Housekeeping housekeeping, Duration audit, UserErasure erasure) {
    housekeeping
        .rewriteOlderThan(ERASURE_DELAY, "erased-audit", erasure::rewrite)
        .deleteOlderThan(audit, "audit", "account.audit", "id", "at")
        .deleteOlderThan(audit, "erasures", DELETE_ERASURES)
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
