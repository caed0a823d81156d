/** Binance's API for market data, answered from the data of this installation. */
package dev.verticker.api.binance;
