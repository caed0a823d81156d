/** Moves events from a domain's outbox to the event log. */
package dev.verticker.outbox;
