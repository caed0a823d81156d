/**
 * A typed event bus: addresses, topics, deadlines, and failures that keep their kind across nodes.
 *
 * <p>Delivery is best effort, as on every Vert.x event bus: treat an event as a hint: PostgreSQL is the source of truth.
 */
package dev.verticker.bus;
