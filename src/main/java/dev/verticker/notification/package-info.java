/** The log of what was told. */
package dev.verticker.notification;
