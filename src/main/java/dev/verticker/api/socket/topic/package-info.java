/**
 * Topics and their subscriptions. One {@link dev.verticker.api.socket.topic.Channel} per kind of topic, registered in
 * {@link dev.verticker.api.socket.topic.TopicRegistry}; a channel sees a socket only as a
 * {@link dev.verticker.api.socket.topic.Subscriber}.
 */
package dev.verticker.api.socket.topic;
