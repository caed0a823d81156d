package dev.verticker.bus;

/**
 * An event bus address whose events reach every consumer on every node, best effort, unordered between publishers.
 *
 * @param name the event bus address
 * @param event class of the event, an immutable record
 */
public record Topic<E>(String name, Class<E> event) {}
