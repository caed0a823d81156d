/** Accounts at venues and their orders, the paper venue, balances. Schema {@code trading}. */
package dev.verticker.trading;
