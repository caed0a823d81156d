/** The gateways to venues: the paper venue, and the exchanges on which accounts trade with their own keys. */
package dev.verticker.trading.venue;
