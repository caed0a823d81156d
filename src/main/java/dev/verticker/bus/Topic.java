package dev.verticker.bus;

/**
 * What is published to every consumer on every node, best effort, without order between publishers.
 *
 * @param name the event bus address
 * @param event class of the event, an immutable record
 */
public record Topic<E>(String name, Class<E> event) {}
