/** Password rules and password hashing off the event loop. */
package dev.verticker.user.password;
