/**
 * The exchange as the rest of the system sees it: market data, rate limits and failures. Each supported exchange is one
 * sub-package.
 */
package dev.verticker.exchange;
