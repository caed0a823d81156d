/**
 * A simulator of Binance Spot, REST, streams and WebSocket API, for development and tests. It replays recorded one-minute
 * candles or generates a seeded random walk, responds in the exchange's JSON and number formats, counts requests and fails
 * on demand.
 */
package dev.verticker.dev.exchange;
