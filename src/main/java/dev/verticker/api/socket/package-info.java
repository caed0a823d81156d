/**
 * What browsers hear while it happens. {@link dev.verticker.api.socket.SocketHub} is the one engine; plain WebSocket and the
 * SockJS event-bus bridge are two ways to write the same frames.
 */
package dev.verticker.api.socket;
