/** Limits of the requests of each user. */
package dev.verticker.user.quota;
