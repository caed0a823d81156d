package dev.verticker.api.socket;

import dev.verticker.bus.Failure;
import java.util.List;

/** What a subscription to a topic of the log is told about the past. */
sealed interface ReplayResult {
  /**
   * A piece of what was missed.
   *
   * @param recovered whether everything since the wanted position is there
   * @param newest of the topic at this moment
   * @param told in order, without gaps
   * @param complete whether everything from now on is heard live; otherwise there is more to ask for
   */
  record Piece(
      String epoch, boolean recovered, long newest, List<EncodedEvent> told, boolean complete)
      implements ReplayResult {}

  record Refused(Failure failure) implements ReplayResult {}
}
