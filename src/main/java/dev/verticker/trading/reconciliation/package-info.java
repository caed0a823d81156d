/** Reconciliation with real venues: the leader applies their reports, compares orders, and settles unknown outcomes. */
package dev.verticker.trading.reconciliation;
