/** What every change of a user writes in its own transaction: audit entry, revocation, outbox row. */
package dev.verticker.user.change;
