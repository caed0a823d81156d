/** Messages of the trading verticle: orders, accounts at venues and portfolios. */
package dev.verticker.message.trading;
