/**
 * Delivers events and prices to sockets. {@link dev.verticker.api.socket.SocketRoutes} accepts connections,
 * {@link dev.verticker.api.socket.SocketHub} holds the sessions of a node, and a session subscribes to topics. Plain WebSocket
 * and the SockJS event bus bridge are two wire protocols over the same engine.
 */
package dev.verticker.api.socket;
