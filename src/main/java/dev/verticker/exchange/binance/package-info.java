/** Binance Spot REST: requests and parsers of their responses. */
package dev.verticker.exchange.binance;
