/** What the leader does about real venues: it applies their reports, compares orders with them, and settles unknown outcomes. */
package dev.verticker.trading.reconciliation;
