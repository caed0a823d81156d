/** Imports the users and prices of the earlier system. Only {@code Main} depends on this package, so it can be deleted. */
package dev.verticker.legacy;
