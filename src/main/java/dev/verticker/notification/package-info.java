/** The notification domain: one log of all events, replay of topics, erasure and retention. */
package dev.verticker.notification;
