/** Hands the events in a domain's outbox to the event log. */
package dev.verticker.outbox;
