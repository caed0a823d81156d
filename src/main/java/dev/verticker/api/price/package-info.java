/** The Price API: one method per operation of its contract, and the quotes a node holds in memory to answer from. */
package dev.verticker.api.price;
