/**
 * A typed event bus: addresses, topics, deadlines, and failures that keep their kind across nodes.
 *
 * <p>Delivery is best effort, as on every Vert.x event bus: an event is a hint, the database holds the truth.
 */
package dev.verticker.bus;
