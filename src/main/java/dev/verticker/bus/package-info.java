/**
 * The event bus with types: addresses, topics, failures that keep their meaning across nodes, and deadlines.
 *
 * <p>Delivery is best effort, as it is on every Vert.x event bus: an event is a hint, the database is the truth.
 */
package dev.verticker.bus;
