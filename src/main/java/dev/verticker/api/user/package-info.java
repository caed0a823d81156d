/** The User API: one method per operation of its contract. It holds no truth and decides nothing but who may ask. */
package dev.verticker.api.user;
