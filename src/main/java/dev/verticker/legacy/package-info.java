/** Imports the users and prices of the earlier system. Only {@code Main} depends on this package, so it can be deleted as a whole. */
package dev.verticker.legacy;
