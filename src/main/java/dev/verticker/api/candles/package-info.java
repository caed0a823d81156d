/** Candles, served by both APIs. */
package dev.verticker.api.candles;
