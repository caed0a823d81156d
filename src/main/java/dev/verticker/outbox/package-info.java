/** Hands what a domain wants told to the notifications. */
package dev.verticker.outbox;
