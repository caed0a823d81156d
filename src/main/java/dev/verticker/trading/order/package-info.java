/** Orders: their states, placement, cancellation, and what venues report about them. */
package dev.verticker.trading.order;
