/** The User API: one method per operation of its contract. */
package dev.verticker.api.user;
