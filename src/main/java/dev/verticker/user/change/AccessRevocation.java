package dev.verticker.user.change;

import dev.verticker.message.Sessions.Reason;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/** Revokes access tokens and sessions in the transaction of the change that requires it. */
public interface AccessRevocation {
  /** Revokes the user's access tokens whose {@code ver} is below {@code minVersion}; the sessions stay and issue new ones. */
  Future<Void> revokeTokens(SqlConnection tx, long userId, long minVersion);

  /** Does the same as {@link #revokeTokens}, and ends every session of the user. */
  Future<Void> endSessions(SqlConnection tx, long userId, long minVersion, Reason reason);
}
