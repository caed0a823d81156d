/** Candles: storage, comparison with the exchange, roll-up, and the live candles of the current minutes. */
package dev.verticker.price.candle;
