/** Orders: placement, cancellation, statuses, and reports of venues. */
package dev.verticker.trading.order;
