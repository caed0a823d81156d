package dev.verticker.api.socket;

import io.vertx.core.Future;

/** The other end of one socket, whatever carries it. Used on the socket's own event loop. */
interface Transport {
  /** Completes when the kernel has taken the text. */
  Future<Void> write(String text);

  /** Asks for a sign of life, where the transport can. */
  void ping();

  /** Gracefully: reaches only a peer that reads. */
  void close(int code, String reason);

  /** At once, whatever was not read. */
  void hardClose();
}
