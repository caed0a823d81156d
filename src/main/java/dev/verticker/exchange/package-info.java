/**
 * Market data, rate limits and failures of exchanges, independent of the exchange. Each supported exchange is one
 * sub-package.
 */
package dev.verticker.exchange;
