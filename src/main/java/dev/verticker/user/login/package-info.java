/** Signing in with a password, and the throttle on failed attempts. */
package dev.verticker.user.login;
