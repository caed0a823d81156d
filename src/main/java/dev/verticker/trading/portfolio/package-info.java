/** The ledger of accounts, their balances and values. */
package dev.verticker.trading.portfolio;
