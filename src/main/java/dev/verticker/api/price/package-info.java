/** The Price API: one method per operation of its contract. */
package dev.verticker.api.price;
