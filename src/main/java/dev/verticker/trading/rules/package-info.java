/** Rules of venues and limits of users that an order must satisfy before it is stored. */
package dev.verticker.trading.rules;
