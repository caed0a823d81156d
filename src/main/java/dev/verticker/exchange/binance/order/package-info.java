/** Orders on Binance Spot: signed requests, the user data stream, and the parsers of both. */
package dev.verticker.exchange.binance.order;
