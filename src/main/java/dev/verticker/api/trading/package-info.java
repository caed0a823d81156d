/** Orders, trades, portfolios and trading accounts in the User API. */
package dev.verticker.api.trading;
