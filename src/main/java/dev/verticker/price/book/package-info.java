/** Trades and order books of the leader's stream, held in memory on every node, and read from the exchange otherwise. */
package dev.verticker.price.book;
