/** Trades and order books, served by both APIs, and the updates and the demand for the live market data of a node. */
package dev.verticker.api.market;
