package dev.verticker.api.socket.log;

import java.util.List;

/**
 * Missed events of one topic, or the first part of them.
 *
 * @param recovered whether all events after the requested point are still available
 * @param newest sequence of the topic's newest event
 * @param events in order, without gaps
 * @param complete whether live events follow without a gap; false when more must be requested
 */
public record ReplayResult(
    String epoch, boolean recovered, long newest, List<EncodedEvent> events, boolean complete) {}
