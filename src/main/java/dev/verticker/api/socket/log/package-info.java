/** Reads the event log for all sockets of this node: live events, recent events in memory, and replays. */
package dev.verticker.api.socket.log;
