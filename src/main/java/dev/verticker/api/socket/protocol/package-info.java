/**
 * The two wire protocols and the connections that carry them: what a client may send, how a frame is encoded, and why a
 * socket is closed. Nothing here knows topics, users or sessions.
 */
package dev.verticker.api.socket.protocol;
