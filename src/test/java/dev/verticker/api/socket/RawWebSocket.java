package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A WebSocket client that sends any bytes as a frame and reads only on request. */
final class RawWebSocket implements AutoCloseable {
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int TEXT = 0x1;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xa;

  private final Socket socket = new Socket();
  private volatile boolean resetOnWrite;
  private final boolean bridged;

  /** Returns the response to the handshake. */
  private final String head;

  private RawWebSocket(int port, String target, boolean bridged, String... headers)
      throws IOException {
    this.bridged = bridged;
    socket.setReceiveBufferSize(8192);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + String.join(
                "", List.of(headers).stream().map(header -> header + "\r\n").toList())
            + "\r\n")
        .getBytes(StandardCharsets.US_ASCII));
    var response = new StringBuilder();
    while (!response.toString().endsWith("\r\n\r\n")) {
      response.append((char) socket.getInputStream().read());
    }
    head = response.toString();
    assertTrue(head.startsWith("HTTP/1.1 101"), head);
  }

  /** @param headers complete header lines */
  static RawWebSocket plain(int port, String query, String... headers) throws IOException {
    return new RawWebSocket(port, SocketClient.PLAIN + query, false, headers);
  }

  static RawWebSocket bridged(int port, String... headers) throws IOException {
    return new RawWebSocket(port, SocketClient.bridgePath(), true, headers);
  }

  /** Opens a socket of /eventbus/websocket, which has no SockJS framing. */
  static RawWebSocket rawBridged(int port) throws IOException {
    return new RawWebSocket(port, "/eventbus/websocket", false);
  }

  String head() {
    return head;
  }

  RawWebSocket send(String text) throws IOException {
    var framed = bridged ? new JsonArray().add(text).encode() : text;
    return frame(FINAL | TEXT, true, framed.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends a frame of which only the length must be valid.
   *
   * @param start FIN, the reserved bits and the opcode
   */
  RawWebSocket frame(int start, boolean masked, byte[] payload) throws IOException {
    var frame = new ByteArrayOutputStream();
    var mask = masked ? MASKED : 0;
    frame.write(start);
    if (payload.length < 126) {
      frame.write(mask | payload.length);
    } else if (payload.length < 65_536) {
      frame.write(mask | 126);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    } else {
      frame.write(mask | 127);
      frame.write(new byte[4]);
      frame.write(payload.length >> 24);
      frame.write(payload.length >> 16);
      frame.write(payload.length >> 8);
      frame.write(payload.length);
    }
    // A mask of zeros leaves the payload unchanged.
    frame.write(new byte[masked ? 4 : 0]);
    frame.write(payload);
    write(frame.toByteArray());
    return this;
  }

  /** Sends pings in one write. */
  RawWebSocket ping(int count, byte[] payload) throws IOException {
    var pings = new ByteArrayOutputStream();
    for (var i = 0; i < count; i++) {
      pings.write(FINAL | PING);
      pings.write(MASKED | payload.length);
      pings.write(new byte[4]);
      pings.write(payload);
    }
    write(pings.toByteArray());
    return this;
  }

  /** Reads until a pong. Returns its payload. */
  byte[] pong() throws IOException {
    Frame frame;
    do {
      frame = read();
    } while (frame.opcode() != PONG);
    return frame.payload();
  }

  /** Reads until the end of the connection. Returns the number of bytes. */
  long remainingBytes() throws IOException {
    var bytes = 0L;
    var buffer = new byte[8192];
    try {
      for (var read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
        bytes += read;
      }
    } catch (SocketException reset) {
      // The server has reset the connection.
    }
    return bytes;
  }

  /** Reads until a frame contains the text. */
  RawWebSocket until(String part) throws IOException {
    next(part);
    return this;
  }

  /** Returns the next frame that contains the text. */
  String next(String part) throws IOException {
    Frame frame;
    do {
      frame = read();
    } while (!frame.text().contains(part));
    return frame.text();
  }

  /** Returns the close code and reason, or "reset" or "end" without a close frame. Fails if the socket is still open. */
  String ending() throws IOException {
    try {
      Frame frame;
      do {
        frame = read();
      } while (frame.opcode() != CLOSE);
      var payload = frame.payload();
      return ((payload[0] & 0xff) << 8 | payload[1] & 0xff) + " " + frame.text().substring(2);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the socket is still open", e);
    } catch (EOFException end) {
      return resetOnWrite ? "reset" : "end";
    } catch (SocketException reset) {
      return "reset";
    }
  }

  private record Frame(int opcode, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.ISO_8859_1);
    }
  }

  private Frame read() throws IOException {
    var input = new DataInputStream(socket.getInputStream());
    var opcode = input.readUnsignedByte() & 0xf;
    var payload = new byte[length(input)];
    input.readFully(payload);
    return new Frame(opcode, payload);
  }

  private static int length(DataInputStream input) throws IOException {
    var length = input.readUnsignedByte();
    return switch (length) {
      case 126 -> input.readUnsignedShort();
      case 127 -> (int) input.readLong();
      default -> length;
    };
  }

  private void write(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException e) {
      // The kernel reports a reset once: after a write that failed by it, a read returns the end.
      resetOnWrite |= String.valueOf(e.getMessage()).contains("Connection reset");
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
