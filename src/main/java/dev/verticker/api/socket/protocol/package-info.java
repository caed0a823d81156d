/**
 * The two wire protocols and their transports: commands, the encoding of frames, and close
 * reasons. This package is independent of topics, users and sessions.
 */
package dev.verticker.api.socket.protocol;
