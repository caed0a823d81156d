package dev.verticker.api.request;

import dev.verticker.api.web.RequestContextHandler;

/** The authenticated caller of an operation. */
public interface Caller {
  /** The caller of a public operation. */
  Caller ANONYMOUS = () -> RequestContextHandler.ANONYMOUS;

  /** The caller in logs and metrics: one of few values, such as the name of a key; never a secret or personal. */
  String name();
}
