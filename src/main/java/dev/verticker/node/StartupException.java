package dev.verticker.node;

/** Why a node cannot start, in words an operator can act on; nothing of it is left running. */
public final class StartupException extends RuntimeException {
  /** A setting or a descriptor breaks its rule. */
  public static final int CONFIGURATION = 1;

  /** The command line cannot be understood. */
  public static final int USAGE = 2;

  /** Something the node needs is not there: a port, the database, the other nodes. */
  public static final int ENVIRONMENT = 3;

  /** The node ran and was cut off from the cluster for good; a restart is the cure. */
  public static final int CUT_OFF = 4;

  private final int exitCode;

  public StartupException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public StartupException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
