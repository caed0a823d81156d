/** Writes the audit entry, revocations and outbox rows of a user change in the transaction of the change. */
package dev.verticker.user.change;
