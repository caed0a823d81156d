package dev.verticker.user.change;

import dev.verticker.message.Sessions.Reason;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/** Ends what a user was allowed, in the transaction of the change that is the reason. */
public interface AccessRevocation {
  /** Access tokens of the user with a smaller {@code ver} are refused everywhere; sessions go on and get new tokens. */
  Future<Void> revokeTokens(SqlConnection transaction, long userId, long leastVer);

  /** As {@link #revokeTokens}, and every session of the user ends. */
  Future<Void> endSessions(SqlConnection transaction, long userId, long leastVer, Reason reason);
}
