/** The price domain: asks the exchange, keeps what it said, tells everyone. */
package dev.verticker.price;
