/** The exchange as Verticker sees it, and Binance's Spot REST API behind it. */
package dev.verticker.exchange;
