/** Imports users and prices of the earlier system. No other package depends on this one, so it can be deleted as a whole. */
package dev.verticker.legacy;
