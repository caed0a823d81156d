package dev.verticker.node;

import dev.verticker.settings.SettingsException;
import java.net.BindException;

/** Thrown if a node cannot start. The message states what to correct. */
public final class StartupException extends RuntimeException {
  /** Exit code: a setting or a descriptor is invalid. */
  public static final int CONFIGURATION = 1;

  /** Exit code: invalid command line. */
  public static final int USAGE = 2;

  /** Exit code: a port, the database or the cluster is unavailable. */
  public static final int ENVIRONMENT = 3;

  /** Exit code: the node lost its cluster and must be restarted. */
  public static final int CLUSTER_LOST = 4;

  private final int exitCode;

  public StartupException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public StartupException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Returns the exception for a start that failed with {@code cause}. */
  static StartupException of(Exception cause) {
    if (cause instanceof StartupException startup) {
      return startup;
    }
    if (cause instanceof SettingsException) {
      return new StartupException(CONFIGURATION, cause.getMessage(), cause);
    }
    var named = cause instanceof BindException;
    return new StartupException(
        ENVIRONMENT, named ? cause.getMessage() : "Cannot start the node: " + cause, cause);
  }

  public int exitCode() {
    return exitCode;
  }
}
