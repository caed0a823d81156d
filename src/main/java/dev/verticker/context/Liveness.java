package dev.verticker.context;

/** What the node knows of its place among the others. */
public interface Liveness {
  /** Calls back, on the caller's context, when messages may have been missed: the node was cut off and is back. */
  void onReturn(Runnable handler);
}
