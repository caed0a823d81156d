package dev.verticker.api.socket.protocol;

import dev.verticker.http.ControlFrames;
import io.vertx.core.Future;

/** The connection of one socket. Used on the socket's own event loop. */
public interface Transport {
  /** Returns the IP address of the client; empty if unknown. */
  String address();

  byte[] encode(Frame frame);

  /** Queues an encoded frame until {@link #flush}. */
  void write(byte[] message);

  /** Sends the queued frames. Completes when the kernel has accepted them, which can be immediate. */
  Future<Void> flush();

  /** Sets the listener for control frames, if the transport is a WebSocket. */
  void listen(ControlFrames.Listener listener);

  /** Sends a ping if the transport supports it. */
  void ping();

  /** Closes gracefully: reaches only a peer that reads. */
  void close(int code, String reason);

  /** Resets the connection and drops all unsent data. */
  void reset();
}
