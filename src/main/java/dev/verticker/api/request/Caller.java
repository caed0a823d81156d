package dev.verticker.api.request;

import dev.verticker.api.openapi.Authenticator;

/** Who is asking, as the {@link Authenticator} of the operation found out. */
public interface Caller {
  /** Nobody in particular: the caller of a public operation. */
  Caller ANYONE = () -> "anyone";

  /** For logs and metrics: from a small set (the name of a key, a kind of user), never a secret or personal. */
  String name();
}
