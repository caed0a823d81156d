/** Users, their sessions and everything that happened to them: the only package that touches the schema {@code account}. */
package dev.verticker.user;
