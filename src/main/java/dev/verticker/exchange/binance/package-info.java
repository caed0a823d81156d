/** Binance Spot REST: requests within weight limits, and parsers that reject implausible data. */
package dev.verticker.exchange.binance;
