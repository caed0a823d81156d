package dev.verticker.api.socket.log;

import dev.verticker.bus.Failure;
import java.util.List;

/** The answer to one replay request. */
public sealed interface ReplayResult {
  /**
   * Missed events, or the first part of them.
   *
   * @param recovered whether nothing after the requested point is lost
   * @param newest sequence of the topic's newest event
   * @param events in order, without gaps
   * @param complete whether live events follow without a gap; false when more must be requested
   */
  record Page(
      String epoch, boolean recovered, long newest, List<EncodedEvent> events, boolean complete)
      implements ReplayResult {}

  record Failed(Failure failure) implements ReplayResult {}
}
