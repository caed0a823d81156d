/**
 * A simulator of the public part of Binance Spot, REST and streams, for development and tests. It replays recorded one-minute
 * candles or generates a seeded random walk, responds in the exchange's JSON and number formats, counts requests and fails
 * on demand.
 */
package dev.verticker.dev.exchange;
