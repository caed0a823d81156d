/** The price domain: refreshes quotes from the exchange, caches, stores and publishes them. */
package dev.verticker.price;
