/**
 * A stand-in for Binance Spot REST, for development and tests only: it replays recorded one-minute candles (or walks
 * at random from a seed), answers in the shapes and number formats of the exchange, counts what it was asked and fails
 * on demand. Nothing here is packaged.
 */
package dev.verticker.dev.exchange;
