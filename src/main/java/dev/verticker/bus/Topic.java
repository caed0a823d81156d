package dev.verticker.bus;

/**
 * The address of an event that is published to all consumers on all nodes: best effort, unordered between publishers.
 *
 * @param name the event bus address
 * @param event class of the event, an immutable record
 */
public record Topic<E>(String name, Class<E> event) {}
