package dev.verticker.api.socket.topic;

import dev.verticker.api.socket.protocol.ResumePoint;

/**
 * What a subscription must deliver.
 *
 * @param after resumes after this event; null = from now on
 * @param resumes whether the client chose {@code after}, and so is informed whether it was recovered
 * @param everyMs interval between two price frames; null = the shortest
 */
public record SubscriptionRequest(
    String topic, ResumePoint after, boolean resumes, Integer everyMs) {}
