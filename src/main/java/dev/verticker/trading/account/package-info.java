/** Accounts of users at venues: their limits, halts and the dead-man's switch. */
package dev.verticker.trading.account;
