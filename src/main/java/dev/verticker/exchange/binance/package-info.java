/** Binance Spot: REST requests, streams, and the parsers of responses and frames. */
package dev.verticker.exchange.binance;
