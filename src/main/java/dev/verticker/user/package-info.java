/** Users, sign-in, sessions and the audit trail: the owner of the schema {@code account}. */
package dev.verticker.user;
