package dev.verticker.api.socket.log;

import java.util.List;

/** Receives the events of the log on one event loop. */
public interface LogListener {
  /** @param events every event of the log once, in order */
  void onEvents(List<EncodedEvent> events);

  /** Events may have been missed: every subscription must resume after the last event it received. */
  void onReset();
}
